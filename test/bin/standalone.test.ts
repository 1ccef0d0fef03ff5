// The cache of sessions, off while another process is at the engine, also if it came before there was a cache.
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createCacheSwitch } from '../../bin/standalone.ts'
import { SessionCache } from '../../lib/session/cache.ts'
import type { SessionDocument } from '../../lib/session/documents.ts'

const HOUR = 60 * 60 * 1000

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

it('keeps nothing for as long as a process is there that came before the cache did', async () => {
  const cacheSwitch = createCacheSwitch()
  const cache = new SessionCache()

  cacheSwitch.firstCame()
  cacheSwitch.control(cache)
  const meanwhile = await readsOf(cache)
  cacheSwitch.lastLeft()
  const afterwards = await readsOf(cache)

  expect(meanwhile).toBe(2)
  expect(afterwards).toBe(1)
})

it('keeps what was read from the start where nobody else is there, and forgets it when another process comes', async () => {
  const cacheSwitch = createCacheSwitch()
  const cache = new SessionCache()

  cacheSwitch.control(cache)
  const before = await readsOf(cache)
  cacheSwitch.firstCame()
  const meanwhile = await readsOf(cache)

  expect(before).toBe(1)
  expect(meanwhile).toBe(2)
})

// How often the database is asked for a session that is read twice, once the time of doubt is over.
async function readsOf(cache: SessionCache): Promise<number> {
  vi.setSystemTime(Date.now() + HOUR)
  const expires = new Date(Date.now() + HOUR)
  const load = vi.fn(() => Promise.resolve({ _id: 'one', expires } as SessionDocument))
  for (let time = 0; time < 2; time++) {
    if (!cache.find('one')) await cache.read('one', load)
  }
  return load.mock.calls.length
}
