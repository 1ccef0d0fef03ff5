// What a visitor is expected to answer: the text of a picture, or a question in words for whoever can't see it.
import type { Request } from 'express'
import { z } from 'zod'
import { translator } from '../../config/i18n.ts'
import { CAPTCHA_TTL } from '../../config/session.ts'
import { chooseCaptchaText } from '../../lib/captcha.ts'
import { chooseQuestion } from '../../lib/captcha/question.ts'
import { settingsOf } from '../settings.ts'

// Anything but the one word means the picture. It says what to show, never what counts: that is in the session.
const address = z.object({ captcha: z.literal('words').optional().catch(undefined) })

/** Choose the text of a picture; from now on this visitor's session expects it. */
export function choosePicture(req: Request): string {
  const { captcha } = settingsOf(req)
  const text = captcha.mode === 'fixed' ? captcha.text : chooseCaptchaText()
  expectAnswer(req, [text])
  return text
}

/** The question that a form shows if its address says `captcha=words`, else undefined; from now on this visitor's session expects its answer. */
export function askInWords(req: Request): string | undefined {
  const { captcha } = settingsOf(req)
  if (!wantsWords(req)) return undefined
  const { prompt, answers } = chooseQuestion(req.res?.locals.t ?? translator('en'))
  expectAnswer(req, captcha.mode === 'fixed' ? [...answers, captcha.text] : answers)
  return prompt
}

/** True if the address of this form says that a question is wanted instead of the picture. */
export function wantsWords(req: Request): boolean {
  const { captcha } = settingsOf(req)
  return captcha.mode !== 'off' && address.parse(req.query).captcha === 'words'
}

// The answers stay on the server: in the page or in a cookie a program would find them without a look at the captcha.
function expectAnswer(req: Request, answers: string[]): void {
  req.session.captcha = { answers, expires: new Date(Date.now() + CAPTCHA_TTL) }
  // An anonymous visitor's session holds just this and lives no longer.
  if (!req.user) req.session.cookie.maxAge = CAPTCHA_TTL
}
