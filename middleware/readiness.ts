// How a handler knows that this process is about to stop.
import type { Request } from 'express'

/** Told by whoever stops the process, before anything else is done for it. */
export type Readiness = { isStopping: boolean }

/** What createApp was given. */
export function readinessOf(req: Request): Readiness {
  return req.app.get('readiness') as Readiness
}
