// The cache of sessions and those who come through the engine's door, also before there is a cache.
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { newCompany } from '../../bin/company.ts'
import { SessionCache } from '../../lib/session/cache.ts'
import type { SessionDocument } from '../../lib/session/documents.ts'

const HOUR = 60 * 60 * 1000

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

it('keeps nothing for as long as somebody is there who came before the cache did', async () => {
  const company = newCompany()
  const cache = new SessionCache()

  company.came()
  company.tell(cache)
  const meanwhile = await readsOf(cache)
  company.gone()
  const afterwards = await readsOf(cache)

  expect(meanwhile).toBe(2)
  expect(afterwards).toBe(1)
})

it('keeps what was read from the start where nobody is there, and forgets it when somebody comes', async () => {
  const company = newCompany()
  const cache = new SessionCache()

  company.tell(cache)
  const before = await readsOf(cache)
  company.came()
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
