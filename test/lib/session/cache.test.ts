// Sessions in memory: never older than the last write that ended, never anybody else's copy, and off where others may write.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { deferred } from '../../deferred.ts'
import { SessionCache } from '../../../lib/session/cache.ts'
import type { SessionDocument } from '../../../lib/session/documents.ts'

const SETTLED = 5001 // milliseconds after which it is on

let cache: SessionCache
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
  cache = new SessionCache()
  cache.turnOn()
  vi.setSystemTime(Date.now() + SETTLED)
})
afterEach(() => {
  vi.useRealTimers()
})

const document = (name: string): SessionDocument => ({
  _id: 'one',
  session: { name, since: new Date(0), list: [{ deep: 1 }] },
  version: 0,
  createdAt: new Date(0),
  lastActive: new Date(),
  expires: new Date(Date.now() + 60_000),
  purgeAt: new Date(Date.now() + 60_000),
})
const read = (name: string) => cache.read('one', () => Promise.resolve(document(name)))
const nameOf = (found: SessionDocument | undefined) => found?.session?.name

describe('SessionCache', () => {
  it('keeps what was read, and gives whoever asks a copy of their own', async () => {
    await read('first')
    const mine = cache.find('one')
    const list = mine?.session?.list as { deep: number }[]
    list[0] = { deep: 2 }

    const yours = cache.find('one')

    expect(yours?.session).toEqual({ name: 'first', since: new Date(0), list: [{ deep: 1 }] })
  })

  it('forgets a session when a write of it ends', async () => {
    await read('first')

    await cache.write('one', () => Promise.resolve())

    expect(cache.find('one')).toBeUndefined()
  })

  it('forgets all where a write may concern any', async () => {
    await read('first')

    await cache.write(undefined, () => Promise.resolve())

    expect(cache.find('one')).toBeUndefined()
  })

  it.each(['one', undefined])(
    'keeps nothing of a read that a write of %s overtakes',
    async (written) => {
      const slow = deferred<SessionDocument>()
      const reading = cache.read('one', () => slow.promise)

      await cache.write(written, () => Promise.resolve())
      slow.resolve(document('before the write'))

      expect(nameOf(await reading)).toBe('before the write')
      expect(cache.find('one')).toBeUndefined()
    },
  )

  it('keeps nothing after a write that failed, for the database may still carry it out', async () => {
    await read('first')
    await expect(cache.write('one', () => Promise.reject(new Error('away')))).rejects.toThrow()

    await read('second')
    const inDoubt = cache.find('one')
    vi.setSystemTime(Date.now() + SETTLED)
    const afterwards = cache.find('one')
    await read('third')

    expect([inDoubt, afterwards]).toEqual([undefined, undefined])
    expect(nameOf(cache.find('one'))).toBe('third')
  })

  it('finds no session that has expired', async () => {
    await read('first')

    vi.setSystemTime(Date.now() + 60_000)

    expect(cache.find('one')).toBeUndefined()
  })

  it('is empty and off from the moment others may write until what they began has ended', async () => {
    await read('first')
    const slow = deferred<SessionDocument>()
    const reading = cache.read('one', () => slow.promise)

    cache.turnOff()
    const off = cache.find('one')
    cache.turnOn()
    slow.resolve(document('read before they came'))
    await reading
    await read('just after they left')

    expect([off, cache.find('one')]).toEqual([undefined, undefined])
    vi.setSystemTime(Date.now() + SETTLED)
    expect(cache.find('one')).toBeUndefined()
    await read('later')
    expect(nameOf(cache.find('one'))).toBe('later')
  })

  it('holds a bounded number, and lets the least recently used go first', async () => {
    await read('first')
    for (let count = 0; count < 4999; count++) {
      await cache.read(`other ${count}`, () => Promise.resolve(document('other')))
    }
    cache.find('one')

    await cache.read('one more', () => Promise.resolve(document('other')))

    expect(nameOf(cache.find('one'))).toBe('first')
    expect(cache.find('other 0')).toBeUndefined()
  })
})
