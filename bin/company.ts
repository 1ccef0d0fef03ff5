// Who else is at the embedded engine, and the cache that is off while somebody is.
import type { SessionCache } from '../lib/session/cache.ts'

/** What the engine's door tells of guests, kept for a cache that may come later than they do. */
export function newCompany() {
  let isThere = false
  let cache: SessionCache | undefined
  return {
    came: () => {
      isThere = true
      cache?.turnOff()
    },
    gone: () => {
      isThere = false
      cache?.turnOn()
    },
    /** From now on this cache follows who comes and goes; it is on if nobody is there. */
    tell: (newCache: SessionCache) => {
      cache = newCache
      if (!isThere) cache.turnOn()
    },
  }
}
