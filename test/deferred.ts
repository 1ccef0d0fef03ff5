// A promise that a test settles itself, to say exactly when something may go on.

export type Deferred = { promise: Promise<void>; resolve: () => void }

/** A promise and the function that resolves it. */
export function deferred(): Deferred {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
