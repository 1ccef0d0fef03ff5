// Who is counted by the throttle, and the guards of what anybody may ask for, but not too often.
import type { Request, RequestHandler } from 'express'
import createError from 'http-errors'
import { networkOf } from '../lib/http/network.ts'
import { countAttempt, type Caller } from '../models/sign-in/throttle.ts'
import { wantsWords } from './form/captcha.ts'
import { record } from './log/security-events.ts'
import { settingsOf } from './settings.ts'

/**
 * Who makes this request, as attempts are counted.
 * The address is the one that the trusted proxy saw; without TRUST_PROXY no header has a say in it (ASVS 4.1.3).
 */
export function callerOf(req: Request): Caller {
  return { network: networkOf(req.ip), isCounted: settingsOf(req).throttle }
}

/** Everybody may enter who asks for pictures no faster than people look at them: each costs time to draw, and a stored session. */
export const throttleCaptcha = unhurried('captcha')

/** Everybody may enter who tries lessons no faster than a class does: most requests store a session. */
export const throttleLessons = unhurried('lesson')

/** The same for a form that asks its captcha in words. */
export const throttleQuestion: RequestHandler = async function asker(req, res, next) {
  if (wantsWords(req)) {
    await throttleCaptcha(req, res, next)
  } else {
    next()
  }
}

function unhurried(limit: 'captcha' | 'lesson'): RequestHandler {
  return async function waitYourTurn(req, _res, next) {
    const refusal = await countAttempt(callerOf(req), limit)
    if (refusal) {
      record(req, refusal)
      throw createError(429, 'Too many requests', { wait: refusal.wait })
    } else {
      next()
    }
  }
}
