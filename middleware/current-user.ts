// Who is signed in, as the session says, and until when: an old session ends however active it is.
import type { Request, RequestHandler } from 'express'
import { DAY, HOUR } from '../config/session.ts'
import type { Member } from '../models/user.ts'
import { regenerate } from './session.ts'
import { settingsOf } from './settings.ts'

export type CurrentUser = Member & { signedInAt: Date; idlesOutAt: Date }

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the way Express's own types are extended
  namespace Express {
    interface Request {
      user?: CurrentUser
    }
  }
}

/** Set req.user for a signed-in visitor and keep the page out of every cache; end a session past its absolute timeout (ASVS 7.3.2). */
export const currentUser: RequestHandler = async function currentUser(req, res, next) {
  const { userId } = req.session
  if (userId !== undefined && isTooOld(req)) {
    await regenerate(req)
  } else if (userId !== undefined) {
    req.user = readUser(req, userId)
  }
  // A page of a signed-in person must not be shown again by the back button or a cache after sign-out (ASVS 14.3.2).
  res.set('Cache-Control', req.user ? 'no-store' : 'private, no-cache')
  next()
}

function isTooOld(req: Request): boolean {
  const settings = settingsOf(req)
  const { remember, signedInAt } = req.session
  const longest =
    remember === true ? settings.sessionRememberDays * DAY : settings.sessionAbsoluteHours * HOUR
  return signedInAt === undefined || Date.now() - signedInAt.getTime() > longest
}

function readUser(req: Request, id: string): CurrentUser {
  const { username = '', email = '', signedInAt = new Date(), cookie } = req.session
  const idle = cookie.originalMaxAge ?? settingsOf(req).sessionIdleMinutes * 60_000
  return { id, username, email, signedInAt, idlesOutAt: new Date(Date.now() + idle) }
}
