// Who is signed in, as the session says, and until when.
import type { Request, RequestHandler } from 'express'
import type { SessionData } from 'express-session'
import { MINUTE } from '../../config/time.ts'
import { tickOf } from '../../lib/session/clock.ts'
import type { Member } from '../../models/user.ts'
import { settingsOf } from '../settings.ts'

export type CurrentUser = Member & {
  signedInAt: Date
  idlesOutAt: Date
  /** Seconds until a page that is left open warns of the end, and until it can say that it has come. */
  warnIn: number
  /** False in the last stretch, when the absolute timeout is what ends the session. */
  canStay: boolean
  overIn: number
}

const WARNING = 2 * MINUTE

/** Set req.user for a signed-in visitor and keep the page out of every cache. The store has seen to both timeouts already. */
export const currentUser: RequestHandler = function currentUser(req, res, next) {
  refreshUser(req)
  // A member's page must not be shown again by the back button or a cache after sign-out (ASVS 14.3.2).
  res.set('Cache-Control', req.user ? 'no-store' : 'private, no-cache')
  next()
}

/** Set req.user anew, after a sign-in or sign-out within this request. */
export function refreshUser(req: Request): void {
  const user = readUser(req)
  if (user) {
    req.user = user
  } else {
    delete req.user
  }
}

function readUser(req: Request): CurrentUser | undefined {
  // After a sign-out there is none; express-session's types don't say so.
  const session = req.session as Partial<SessionData> | null | undefined
  const { userId, username = '', email = '', signedInAt, endsAt, cookie } = session ?? {}
  if (!cookie || !userId || !signedInAt || !endsAt || endsAt <= new Date()) return undefined
  const idle = cookie.originalMaxAge ?? settingsOf(req).sessionIdleMinutes * MINUTE
  const left = endsAt.getTime() - Date.now()
  const idlesOutIn = Math.min(idle, left)
  return {
    id: userId,
    username,
    email,
    signedInAt,
    idlesOutAt: new Date(Date.now() + idlesOutIn),
    canStay: idle < left,
    warnIn: Math.floor((idlesOutIn - Math.min(WARNING, idlesOutIn / 2)) / 1000),
    // A tick more, because the clock may have been written that much later; then it is over for certain.
    overIn: Math.ceil(Math.min(idle + tickOf(idle), left) / 1000) + 1,
  }
}
