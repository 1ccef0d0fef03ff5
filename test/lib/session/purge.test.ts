// The store: what lies in the database, and that expired sessions leave it without MongoDB's help.
import { MongoClient } from 'mongodb'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { SessionStore } from '../../../lib/session/store.ts'
import { storageId } from '../../../lib/session/storage-id.ts'
import { KINDS, openLab, type Kind } from './lab.ts'
import { openSite, type Site } from '../../helper.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterEach(() => void vi.useRealTimers())
afterAll(() => site.close())

describe('createSessionStore()', () => {
  it('purges expired sessions by itself, as the embedded engine does not', async () => {
    const sessions = site.database.collection<{ _id: string; purgeAt: Date }>('sessions')
    const HOUR = 3_600_000
    await sessions.insertOne({ _id: 'expired', purgeAt: new Date(Date.now() - HOUR) })
    // One that is over is kept for as long as its owner may be told why.
    const over = { expires: new Date(Date.now() - HOUR), purgeAt: new Date(Date.now() + HOUR) }
    await sessions.insertOne({ _id: 'over', ...over })
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
      expect(left.map(({ _id }) => _id)).toEqual(['over'])
    }, 60_000)
  })

  it('outlives a database that is away when it is time to purge', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    const client = await MongoClient.connect(inject('mongoUrl'))
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const store = new SessionStore({ client, databaseName: 'nowhere', idle: 60_000 })
    await client.close()

    await vi.advanceTimersByTimeAsync(60_000)
    await expect(store.documents.purge()).rejects.toThrow() // as the one before it
    await new Promise((resolve) => setImmediate(resolve)) // then Node.js tells what nobody caught

    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })

  it('purges no more once it is closed', async () => {
    const client = await MongoClient.connect(inject('mongoUrl'))
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const store = new SessionStore({ client, databaseName: 'nowhere', idle: 60_000 })
    const before = vi.getTimerCount()

    await store.close()

    expect([before, vi.getTimerCount()]).toEqual([1, 0])
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
