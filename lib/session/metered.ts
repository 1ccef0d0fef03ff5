// Measures what the session store is asked for, how long it takes and how it ends.
import { nothing, type Callback } from '../callback.ts'
import type { Metrics, StoreOperation } from '../metrics.ts'
import type { SessionStore } from './store.ts'

type Words = unknown[]
type Calling = (...words: Words) => void
type Promising = (...words: Words) => Promise<unknown>

const CALLING = ['get', 'set', 'touch', 'destroy'] as const // answer by a callback, their last word
const PROMISING = ['take', 'end'] as const
const LOOKING: StoreOperation[] = ['get', 'take'] // may find nothing

/** Have a store's operations measured. It stays the very store that it is. */
export function metered(store: SessionStore, metrics: Metrics): SessionStore {
  for (const operation of CALLING) {
    const original = store[operation].bind(store) as Calling
    Object.assign(store, { [operation]: measuringCalls(original, operation, metrics) })
  }
  for (const operation of PROMISING) {
    const original = store[operation].bind(store) as Promising
    Object.assign(store, { [operation]: measuringPromises(original, operation, metrics) })
  }
  return store
}

function measuringCalls(original: Calling, operation: StoreOperation, metrics: Metrics): Calling {
  return (...words) => {
    const end = begin(operation, metrics)
    const callback = (
      typeof words.at(-1) === 'function' ? words.pop() : nothing
    ) as Callback<unknown>
    const answered: Callback<unknown> = (error, value) => {
      end(error, value)
      callback(error, value)
    }
    original(...words, answered)
  }
}

function measuringPromises(
  original: Promising,
  operation: StoreOperation,
  metrics: Metrics,
): Promising {
  return async (...words) => {
    const end = begin(operation, metrics)
    try {
      const value = await original(...words)
      end(null, value)
      return value
    } catch (error) {
      end(error)
      throw error
    }
  }
}

function begin(operation: StoreOperation, metrics: Metrics): Callback<unknown> {
  const begun = performance.now()
  return (error, value) => {
    const isNothing = LOOKING.includes(operation) && (value ?? null) === null
    const outcome = error ? 'failed' : isNothing ? 'none' : 'done'
    metrics.timeStore(operation, outcome, (performance.now() - begun) / 1000)
  }
}
