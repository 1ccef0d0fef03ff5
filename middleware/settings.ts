// How a handler gets at what the site was started with: its settings, and whether it is about to stop.
import type { Request } from 'express'
import type { Settings } from '../config/env.ts'

/** Whoever stops the process sets this before anything else. */
export type Readiness = { isStopping: boolean }

/** The settings given to createApp. */
export function settingsOf(req: Request): Settings {
  return req.app.get('settings') as Settings
}

/** The readiness given to createApp. */
export function readinessOf(req: Request): Readiness {
  return req.app.get('readiness') as Readiness
}
