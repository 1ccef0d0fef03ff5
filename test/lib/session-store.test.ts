// The store: what lies in the database, and that expired sessions leave it without MongoDB's help.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createSessionStore, storageId } from '../../lib/session-store.ts'
import { openSite, type Site } from '../helper.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

describe('createSessionStore()', () => {
  it('purges expired sessions by itself, as the embedded engine does not', async () => {
    const sessions = site.database.collection<{ _id: string; expires: Date }>('sessions')
    const HOUR = 3_600_000
    await sessions.insertOne({ _id: 'expired', expires: new Date(Date.now() - HOUR) })
    await sessions.insertOne({ _id: 'alive', expires: new Date(Date.now() + HOUR) })
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    createSessionStore({
      client: site.database.getClient(),
      databaseName: site.database.name,
      idleSeconds: 60,
    })

    await vi.advanceTimersByTimeAsync(60_000)
    vi.useRealTimers()

    await vi.waitFor(async () => {
      const left = await sessions.find().toArray()
      expect(left.map(({ _id }) => _id)).toEqual(['alive'])
    })
  })
})

describe('storageId()', () => {
  it('does not tell the id that a cookie carries', () => {
    expect(storageId('abc')).toMatch(/^[0-9a-f]{64}$/)
    expect(storageId('abc')).not.toBe(storageId('abd'))
  })
})
