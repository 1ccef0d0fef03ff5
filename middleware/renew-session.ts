// The session of somebody whose password was just changed: the same session, under a new id.
import type { Request } from 'express'
import { isStillMember, type Member } from '../models/user.ts'
import { regenerate, save, signOut } from './session.ts'

/**
 * Give the session a new id and wait until it is stored; the old one is deleted (ASVS 7.2.4).
 * Whoever had come to know the old id, which may be why the password was changed, holds nothing any more.
 * What it held and both its timeouts stay.
 */
export async function renewSession(req: Request, member: Member): Promise<void> {
  const { cookie, ...data } = req.session
  await regenerate(req)
  Object.assign(req.session, data)
  if (cookie.originalMaxAge !== null) req.session.cookie.maxAge = cookie.originalMaxAge
  await save(req)
  // Whoever locked or deleted the account meanwhile ended the old session and could not know of this one.
  if (!(await isStillMember(member))) await signOut(req)
}
