// Where the site is configured for HTTPS and a request came without, a Secure cookie would be dropped in silence.
import type { Request, RequestHandler } from 'express'
import createError from 'http-errors'
import { isHttps } from '../../config/session.ts'
import { settingsOf } from '../settings.ts'

/** False where no cookie of this site can reach the visitor. `req.secure` believes X-Forwarded-Proto of a trusted proxy only. */
export function canSetCookies(req: Request): boolean {
  return !isHttps(settingsOf(req)) || req.secure
}

/** Tell the visitor why nothing can be kept, instead of a sign-in that seems to work and is forgotten at once. */
export const refuseInsecure: RequestHandler = function refuseInsecure(req, _res, next) {
  if (req.method === 'POST' && !canSetCookies(req)) {
    next(createError(400, 'A Secure cookie can not be set', { kind: 'insecure' }))
  } else {
    next()
  }
}
