// The store: what lies in the database, and that expired sessions leave it without MongoDB's help.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { SessionStore } from '../../../lib/session/store.ts'
import { storageId } from '../../../lib/session/storage-id.ts'
import { KINDS, openLab, type Kind } from './lab.ts'
import { openSite, type Site } from '../../helper.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

describe('createSessionStore()', () => {
  it('purges expired sessions by itself, as the embedded engine does not', async () => {
    const sessions = site.database.collection<{ _id: string; purgeAt: Date }>('sessions')
    const HOUR = 3_600_000
    await sessions.insertOne({ _id: 'expired', purgeAt: new Date(Date.now() - HOUR) })
    await sessions.insertOne({ _id: 'alive', purgeAt: new Date(Date.now() + HOUR) })
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    new SessionStore({
      client: site.database.getClient(),
      databaseName: site.database.name,
      idle: 60_000,
    })

    await vi.advanceTimersByTimeAsync(60_000)
    vi.useRealTimers()

    await vi.waitFor(async () => {
      const left = await sessions.find().toArray()
      expect(left.map(({ _id }) => _id)).toEqual(['alive'])
    }, 60_000)
  })
})

describe('storageId()', () => {
  it('does not tell the id that a cookie carries', () => {
    expect(storageId('abc')).toMatch(/^[0-9a-f]{64}$/)
    expect(storageId('abc')).not.toBe(storageId('abd'))
  })
})

describe('The key of a stored session', () => {
  it('stock: is the id that the cookie carries', async () => {
    expect(await keyAndId('stock')).toMatchObject({ isTheId: true })
  })

  it.each(KINDS)('%s: is its SHA-256', async (kind) => {
    const { isTheId, isItsHash } = await keyAndId(kind)

    expect([isTheId, isItsHash]).toEqual([false, true])
  })
})

async function keyAndId(kind: Kind) {
  const lab = await openLab(kind)
  const { headers } = await lab.visitor().get('/set?user=alice')
  const [, id = ''] = /s%3A([^.]+)\./.exec(String(headers['set-cookie'])) ?? []
  const collection = await lab.store.collectionP
  const [document] = await collection.find().toArray()
  await lab.close()
  return { isTheId: document?._id === id, isItsHash: document?._id === storageId(id) }
}
