// Who may enter a page. The map of URLs names one of these for each; there is no page without one.
import type { Request, RequestHandler } from 'express'
import createError from 'http-errors'
import { findEndReason, type EndReason } from '../models/session.ts'
import { isLocal } from './address/local.ts'
import { hideAddress } from './mailed-link.ts'
import { clearSessionCookie, hasSentSession, sentSessionId, storeOf } from './session.ts'
import { pendingOf } from './session/pending.ts'
import { settingsOf } from './settings.ts'

/** Everybody may enter. */
export const anyone: RequestHandler = function anyone(_req, _res, next) {
  next()
}

/** Visitors only: members go to their account. A visitor whose session is over reads above the form why. */
export const guest: RequestHandler = async function guest(req, res, next) {
  if (req.user) {
    res.turnAway('signed-in', '/account')
  } else {
    const ending = req.method === 'GET' ? await endReasonOf(req) : undefined
    if (ending) res.locals.takeNotice = () => ending
    next()
  }
}

/** Whoever has just shown the right password and owes the second factor; others sign in first. */
export const pending: RequestHandler = async function pending(req, res, next) {
  if (req.user) {
    res.turnAway('signed-in', '/account')
  } else if (pendingOf(req)) {
    next()
  } else {
    res.turnAway('sign-in-first', '/login', (await endReasonOf(req)) ?? 'sign-in-first')
  }
}

/** Members only: others sign in first and come back; a visitor whose session is over reads why. */
export const member: RequestHandler = async function member(req, res, next) {
  if (req.user) {
    next()
  } else {
    const notice = (await endReasonOf(req)) ?? 'sign-in-first'
    res.turnAway('sign-in-first', `/login?next=${encodeURIComponent(req.originalUrl)}`, notice)
  }
}

/** Whoever has the link. */
export const bearer: RequestHandler = function bearer(_req, res, next) {
  hideAddress(res)
  next()
}

/** Developers only: to others, in production, and wherever mails are sent, there is no such page. */
export const developer: RequestHandler = function developer(req, _res, next) {
  next(isDeveloper(req) ? undefined : createError(404))
}

/**
 * True for whoever sits at the machine of a site that catches its mails. Somebody who comes over a network could ask for a
 * reset of any account and read the letter here, so nobody but the developer may.
 */
export function isDeveloper(req: Request): boolean {
  return settingsOf(req).catchesMail && isLocal(req)
}

// Why the visitor's session is over, if there was one; its cookie is taken away.
async function endReasonOf(req: Request): Promise<`ended-${EndReason | 'unknown'}` | undefined> {
  const sent = sentSessionId(req)
  if (sent === undefined || hasSentSession(req)) {
    return undefined
  } else {
    clearSessionCookie(req)
    return `ended-${(await findEndReason(storeOf(req), sent)) ?? 'unknown'}`
  }
}
