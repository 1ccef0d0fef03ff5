// A submitted form: its fields against their schema, the captcha's one try, and the form again where it was refused.
import type { Request, Response } from 'express'
import { z } from 'zod'
import { isCaptchaAnswer } from '../lib/captcha.ts'
import { safeNext } from '../lib/http/safe-next.ts'
import { readForm, text, type Form, type Refusal } from '../lib/form.ts'
import type { Refused } from '../models/result.ts'
import type { SecurityEvent } from '../models/security-event.ts'
import { takeCaptcha } from '../models/session.ts'
import { isSolvedFor, keepSolved, sentCaptchaKey, wantsWords } from './form/captcha.ts'
import { record } from './log/security-events.ts'
import { storeOf } from './session.ts'
import { settingsOf } from './settings.ts'

// A `next` that is no text is as good as none: it only says where to go afterwards.
const destination = z.object({ next: z.string().optional().catch(undefined) })

const captchaField = z.object({ captcha: text() })

/** Check the form and, if the site has one and this form asks for it, its captcha. All errors come together; what the form's values would do happens only if there is none. */
export async function checkForm<S extends z.ZodObject>(
  req: Request,
  schema: S,
  isCaptchaAsked = true,
): Promise<Form<z.output<S>> & { events?: SecurityEvent[] }> {
  const form = readForm(req.body, schema)
  const isAsked = isCaptchaAsked && settingsOf(req).captcha.mode !== 'off'
  const error = isAsked ? await captchaError(req, form.ok) : undefined
  if (error === undefined) return form
  const errors = { ...(form.ok ? {} : form.errors), captcha: error }
  const reason = error.replace('errors.', '')
  return { ok: false, typed: form.typed, errors, events: [{ event: 'captcha-failed', reason }] }
}

/** Record why the form was refused, and answer 422 with the errors of the fields, or 429 with the time to wait where there were too many attempts. */
export function renderRefusal(
  req: Request,
  res: Response,
  view: string,
  refusal: Refusal & Partial<Refused>,
  values: object,
): void {
  const { errors, wait } = refusal
  record(req, refusal)
  if (wait) res.set('Retry-After', String(wait.seconds))
  res.status(wait ? 429 : 422).render(view, { ...values, errors, wait })
}

/** Where a sign-in leads, as its form or its address says: a page of this site, or the account. */
export function nextOf(req: Request): string {
  return safeNext(destination.parse(req.body ?? {}).next ?? destination.parse(req.query).next)
}

// The captcha is gone from the session before it is compared: one captcha, one try, also for parallel requests.
// A right answer beside a wrong field has had no effect, and no password was looked at: it counts for the next try.
// Nothing typed is no try. Which of a picture and a question it was makes no difference here but for the sentence.
async function captchaError(req: Request, isFormRight: boolean): Promise<string | undefined> {
  const kind = wantsWords(req) ? 'question' : 'captcha'
  const answer = readForm(req.body, captchaField)
  if (!answer.ok) return answer.errors.captcha
  const key = sentCaptchaKey(req)
  const isMissing = answer.value.captcha.trim() === ''
  if (isMissing && !isSolvedFor(req.path, req.session[key])) return `errors.${kind}.missing`
  const captcha = await takeCaptcha(storeOf(req), req.sessionID, req.session, key)
  const isRight =
    isSolvedFor(req.path, captcha) || isCaptchaAnswer(answer.value.captcha, captcha?.answers)
  if (!isRight) return `errors.${kind}.${isMissing ? 'missing' : 'wrong'}`
  if (!isFormRight) keepSolved(req, req.path)
  return undefined
}
