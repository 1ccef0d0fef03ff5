// By what a request is counted, and the guards of what everybody may request, but not too often.
import type { Request, RequestHandler } from 'express'
import createError from 'http-errors'
import { networksOf } from '../lib/http/network.ts'
import { countAttempt, type Caller } from '../models/sign-in/throttle.ts'
import { wantsWords } from './form/captcha.ts'
import { isEmbedded } from './form/same-site.ts'
import { record } from './log/security-events.ts'
import { sentDevice } from './session/device.ts'
import { settingsOf } from './settings.ts'

/**
 * Where this request comes from, as attempts are counted.
 * The address is the one that the trusted proxy saw; without TRUST_PROXY no header has a say in it (ASVS 4.1.3).
 */
export function callerOf(req: Request): Caller {
  const { throttle } = settingsOf(req)
  return { networks: networksOf(req.ip), device: sentDevice(req), isCounted: throttle }
}

const countCaptcha = throttleBy('captcha')

/** Whoever requests pictures faster than people look at them waits: each costs time to draw, and a stored session. */
export const throttleCaptcha: RequestHandler = async function throttleCaptcha(req, res, next) {
  // Before it is counted: pages of another site, each visited from here, would use up what everybody at this address shares.
  if (isEmbedded(req, settingsOf(req))) {
    throw createError(403, 'The request comes from another site', { code: 'ECROSSSITE' })
  } else {
    await countCaptcha(req, res, next)
  }
}

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
