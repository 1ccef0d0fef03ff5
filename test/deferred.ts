// A promise that a test settles itself, to say exactly when something may go on.

export type Deferred<T = void> = { promise: Promise<T>; resolve: (value: T) => void }

/** A promise and the function that resolves it. */
export function deferred<T = void>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
