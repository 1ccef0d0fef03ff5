// The security headers, on every answer: pages, redirects, pictures and errors alike.
import type { RequestHandler } from 'express'
import helmet from 'helmet'
import type { Settings } from '../config/env.ts'
import { helmetOptions, permissionsPolicy } from '../config/security.ts'

/** Send helmet's headers and the one it lacks. */
export function headers(settings: Settings): RequestHandler[] {
  return [helmet(helmetOptions(settings)), restrictFeatures]
}

const restrictFeatures: RequestHandler = function restrictFeatures(_req, res, next) {
  res.setHeader('Permissions-Policy', permissionsPolicy)
  next()
}
