// By what a request is counted, and the guards of what everybody may request, but not too often.
import type { Request, RequestHandler } from 'express'
import createError from 'http-errors'
import { networkOf } from '../lib/http/network.ts'
import { countAttempt, type Caller } from '../models/sign-in/throttle.ts'
import { wantsWords } from './form/captcha.ts'
import { record } from './log/security-events.ts'
import { settingsOf } from './settings.ts'

/**
 * Where this request comes from, as attempts are counted.
 * The address is the one that the trusted proxy saw; without TRUST_PROXY no header has a say in it (ASVS 4.1.3).
 */
export function callerOf(req: Request): Caller {
  return { network: networkOf(req.ip), isCounted: settingsOf(req).throttle }
}

/** Whoever requests pictures faster than people look at them waits: each costs time to draw, and a stored session. */
export const throttleCaptcha = throttleBy('captcha')

/** Whoever tries lessons faster than a class does waits: most requests store a session. */
export const throttleLessons = throttleBy('lesson')

/** The same limit as for pictures, for a form whose captcha is a question in words. */
export const throttleQuestion: RequestHandler = async function throttleQuestion(req, res, next) {
  if (wantsWords(req)) {
    await throttleCaptcha(req, res, next)
  } else {
    next()
  }
}

function throttleBy(limit: 'captcha' | 'lesson'): RequestHandler {
  return async function throttle(req, _res, next) {
    const refusal = await countAttempt(callerOf(req), limit)
    if (refusal) {
      record(req, refusal)
      throw createError(429, 'Too many requests', { wait: refusal.wait })
    } else {
      next()
    }
  }
}
