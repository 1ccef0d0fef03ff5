// A reading that many may ask for: taken now and then, shared by all, and waited for only a moment.
import { setTimeout } from 'node:timers/promises'

export type Pace = {
  /** How many milliseconds a reading is good for. */
  lives: number
  /** How many milliseconds somebody waits for one. */
  patience: number
}

/** The same reading for everybody who asks within its life; undefined if it failed or does not come in time. */
export function sharedReading<T>(
  take: () => Promise<T>,
  { lives, patience }: Pace,
): () => Promise<T | undefined> {
  let reading: Promise<T | undefined> | undefined
  let takenAt = -Infinity
  let isUnderWay = false // one that hangs is not joined by others that would hang too
  return async () => {
    if (!isUnderWay && performance.now() - takenAt >= lives) {
      takenAt = performance.now()
      isUnderWay = true
      reading = take()
        .catch(() => undefined)
        .finally(() => {
          isUnderWay = false
        })
    }
    const enough = new AbortController()
    const tired = setTimeout(patience, undefined, { signal: enough.signal, ref: false })
    tired.catch(() => undefined)
    const read = await Promise.race([reading, tired])
    enough.abort()
    return read
  }
}
