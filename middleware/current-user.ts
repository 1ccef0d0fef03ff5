// Who is signed in, as the session says, and until when: an old session ends however active it is.
import type { Request, RequestHandler } from 'express'
import { DAY, HOUR, MINUTE } from '../config/session.ts'
import type { Member } from '../models/user.ts'
import { regenerate } from './session.ts'
import { settingsOf } from './settings.ts'

export type CurrentUser = Member & { signedInAt: Date; endsAt: Date; idlesOutAt: Date }

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
  const user = readUser(req)
  if (user && user.endsAt <= new Date()) {
    await regenerate(req)
  } else if (user) {
    req.user = user
  }
  // A page of a signed-in person must not be shown again by the back button or a cache after sign-out (ASVS 14.3.2).
  res.set('Cache-Control', req.user ? 'no-store' : 'private, no-cache')
  next()
}

function readUser(req: Request): CurrentUser | undefined {
  const { userId, username = '', email = '', signedInAt = new Date(0) } = req.session
  if (userId === undefined) {
    return undefined
  } else {
    const { idle, absolute } = timeoutsOf(req)
    const endsAt = new Date(signedInAt.getTime() + absolute)
    const idlesOutAt = new Date(Math.min(Date.now() + idle, endsAt.getTime()))
    return { id: userId, username, email, signedInAt, endsAt, idlesOutAt }
  }
}

// In milliseconds. Who asked to be kept signed in is not signed out for being away, only after the whole time.
function timeoutsOf(req: Request): { idle: number; absolute: number } {
  const settings = settingsOf(req)
  const remembered = settings.sessionRememberDays * DAY
  if (req.session.remember === true) {
    return { idle: remembered, absolute: remembered }
  } else {
    return {
      idle: settings.sessionIdleMinutes * MINUTE,
      absolute: settings.sessionAbsoluteHours * HOUR,
    }
  }
}
