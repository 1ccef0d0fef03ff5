// The connection that a worker was handed but did not live to take: nobody else would ever answer or close it.
import type { Worker } from 'node:cluster'

type Handle = { close?: () => void }
type Send = (message: unknown, handle?: Handle | (() => void), ...rest: unknown[]) => boolean

/**
 * Close what this worker was handed last, once it is gone. Node.js keeps the connection open until the worker says that it
 * has it, one at a time, and forgets it when the worker dies before: its visitor would wait for ever, and a descriptor is lost.
 * Of a connection that was taken this closes nothing: the worker's own copy is what the visitor speaks to.
 */
export function closeHandedOver({ process: child }: Worker): void {
  const send = child.send.bind(child) as Send
  let last: Handle | undefined
  child.send = ((message, handle, ...rest) => {
    if (typeof handle === 'object') last = handle // it may also be who waits until it was sent
    return send(message, handle, ...rest)
  }) as Send as typeof child.send
  // Whichever comes last: until both have happened it may still be handed something.
  for (const event of ['exit', 'disconnect']) child.on(event, () => last?.close?.())
}
