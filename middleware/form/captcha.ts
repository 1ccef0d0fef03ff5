// What a visitor is expected to answer: the text of a picture, or a question in words for whoever can't see it.
import { randomUUID } from 'node:crypto'
import type { Request } from 'express'
import { z } from 'zod'
import { translator } from '../../config/i18n.ts'
import { CAPTCHA_TTL } from '../../config/session.ts'
import { chooseCaptchaText } from '../../lib/captcha.ts'
import { chooseQuestion } from '../../lib/captcha/question.ts'
import type { FieldErrors } from '../../lib/form.ts'
import { captchaKey, captchaKeys, type Captcha } from '../../models/session.ts'
import { keepShort } from '../session.ts'
import { settingsOf } from '../settings.ts'

/** What a form shows of its captcha: which one it is about, its question if it asks in words, or that it was answered already. */
export type CaptchaOffer = { captchaId?: string; question?: string; captchaSolved?: true }

// Each tab has a captcha of its own. More would let one visitor's session grow without end.
const MAX_CAPTCHAS = 5

// Anything but the one word means the picture. It says what to show, never what counts: that is in the session.
const address = z.object({ captcha: z.literal('words').optional().catch(undefined) })

// The id is the visitor's word for one of their own captchas, and part of a key in the database. A script may do without.
const id = z
  .string()
  .regex(/^[\w-]{1,16}$/)
  .catch('')
const pictureAddress = z.object({ id })
const idField = z.object({ captchaId: id })

/** The captcha of a form that is shown. Whoever has just answered one for this form is not asked again, unless the last answer was wrong. */
export function offerCaptcha(req: Request, errors: FieldErrors = {}): CaptchaOffer {
  const { captcha } = settingsOf(req)
  if (captcha.mode === 'off') return {}
  const solved = captchaKeys(req.session).find((key) => isSolvedFor(req.path, req.session[key]))
  if (solved && errors.captcha === undefined)
    return { captchaId: solved.slice(captchaKey('-').length - 1), captchaSolved: true }
  const captchaId = randomUUID().slice(0, 8) // of one visitor's five; nobody has to be kept from guessing it
  if (!wantsWords(req)) return { captchaId }
  const { prompt, answers } = chooseQuestion(req.res?.locals.t ?? translator('en'))
  const expected = captcha.mode === 'fixed' ? [...answers, captcha.text] : answers
  keepCaptcha(req, captchaKey(captchaId), { answers: expected })
  return { captchaId, question: prompt }
}

/** Choose the text of the picture whose id the address names; from now on this visitor's session expects it. */
export function choosePicture(req: Request): string {
  const { captcha } = settingsOf(req)
  const text = captcha.mode === 'fixed' ? captcha.text : chooseCaptchaText()
  keepCaptcha(req, captchaKey(pictureAddress.parse(req.query).id), { answers: [text] })
  return text
}

/** True if the address of this form says that a question is wanted instead of the picture. */
export function wantsWords(req: Request): boolean {
  const { captcha } = settingsOf(req)
  return captcha.mode !== 'off' && address.parse(req.query).captcha === 'words'
}

/** The key under which the session holds the captcha that a sent form is about. */
export function sentCaptchaKey(req: Request) {
  return captchaKey(idField.parse(req.body ?? {}).captchaId)
}

/** True if this captcha was answered rightly before, for the form at this path, and still counts. */
export function isSolvedFor(path: string, captcha: Captcha | undefined): boolean {
  return captcha?.solvedFor === path && captcha.expires > new Date()
}

/** Let the form at this path be sent once without another captcha, because this one was answered and has had no effect of its own. */
export function keepSolved(req: Request, path: string): void {
  keepCaptcha(req, sentCaptchaKey(req), { answers: [], solvedFor: path })
}

// The answers stay on the server: in the page or in a cookie a program would find them without a look at the captcha.
function keepCaptcha(
  req: Request,
  key: ReturnType<typeof captchaKey>,
  captcha: Omit<Captcha, 'expires'>,
) {
  const { session } = req
  const others = captchaKeys(session).filter((other) => other !== key)
  others.sort((one, other) => Number(session[one]?.expires) - Number(session[other]?.expires))
  // oxlint-disable-next-line typescript/no-dynamic-delete -- the type allows the captchas' keys only
  for (const oldest of others.slice(0, 1 - MAX_CAPTCHAS)) delete session[oldest]
  session[key] = { ...captcha, expires: new Date(Date.now() + CAPTCHA_TTL) }
  keepShort(req)
}
