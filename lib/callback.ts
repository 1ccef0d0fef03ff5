// The bridge from promises to the callbacks that express-session's stores answer with.

export type Callback<T> = (error: unknown, value?: T) => void

/** Do the work and call back with its value or its error, on a fresh stack: what the callback throws is not ours to catch. */
export function answer<T>(callback: Callback<T>, work: () => Promise<T>): void {
  work().then(
    (value) => process.nextTick(callback, null, value),
    (error: unknown) => process.nextTick(callback, error),
  )
}

/** The callback of who does not care. */
export const nothing = (): void => undefined
