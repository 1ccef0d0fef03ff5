// Which operations of a store one request causes: noted while it runs, for the pane "What is stored".
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Store } from 'express-session'

export type Operation = 'get' | 'set' | 'touch' | 'destroy'

const VERBS: Operation[] = ['get', 'set', 'touch', 'destroy']
const requests = new AsyncLocalStorage<Operation[]>()

/** Run a request, and note in `operations` what it asks of watched stores, also later on. */
export function watching<T>(operations: Operation[], run: () => T): T {
  return requests.run(operations, run)
}

/** Note what another process did with its store for the request that runs here. */
export function note(operations: Operation[]): void {
  requests.getStore()?.push(...operations)
}

/** Have a store's operations noted. It stays the very store that it is. */
export function watched<S extends Store>(store: S): S {
  for (const verb of VERBS) {
    const original = store[verb]?.bind(store) as ((...words: unknown[]) => void) | undefined
    if (original) {
      const noting = (...words: unknown[]) => {
        requests.getStore()?.push(verb)
        original(...words)
      }
      Object.assign(store, { [verb]: noting })
    }
  }
  return store
}
