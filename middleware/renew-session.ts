// The session of somebody whose password was just changed: the same session, under a new id.
import type { Request } from 'express'
import { regenerate, save } from './session.ts'

/**
 * Give the session a new id and wait until it is stored; the old one is deleted (ASVS 7.2.4).
 * Whoever had come to know the old id, which may be why the password was changed, holds nothing any more.
 * What it held and both its timeouts stay.
 */
export async function renewSession(req: Request): Promise<void> {
  const { cookie, ...data } = req.session
  await regenerate(req)
  Object.assign(req.session, data)
  if (cookie.originalMaxAge !== null) req.session.cookie.maxAge = cookie.originalMaxAge
  await save(req)
}
