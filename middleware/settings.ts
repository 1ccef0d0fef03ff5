// How a handler gets at the settings that the site was started with.
import type { Request } from 'express'
import type { Settings } from '../config/env.ts'

/** The settings given to createApp. */
export function settingsOf(req: Request): Settings {
  return req.app.get('settings') as Settings
}
