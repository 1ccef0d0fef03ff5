// A submitted form: its fields against their schema, the captcha's one try, and the form again where it was refused.
import type { Request, Response } from 'express'
import { z } from 'zod'
import { isCaptchaAnswer } from '../lib/captcha.ts'
import { readForm, text, type Form, type Refusal } from '../lib/form.ts'
import type { Refused } from '../models/result.ts'
import type { SecurityEvent } from '../models/security-event.ts'
import { takeCaptcha } from '../models/session.ts'
import { wantsWords } from './form/captcha.ts'
import { record } from './log/security-events.ts'
import { storeOf } from './session.ts'

const captchaField = z.object({ captcha: text() })

/** Check the form and its captcha. All errors come together; what the form's values would do happens only if there is none. */
export async function checkForm<S extends z.ZodObject>(
  req: Request,
  schema: S,
): Promise<Form<z.output<S>> & { events?: SecurityEvent[] }> {
  const form = readForm(req.body, schema)
  const error = await captchaError(req)
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

// The answer is gone from the session before it is compared: one captcha, one try, also for parallel requests.
// Which of the two it was makes no difference here but for the sentence.
async function captchaError(req: Request): Promise<string | undefined> {
  if (req.app.get('captcha on') !== true) return undefined
  const expected = await takeCaptcha(storeOf(req), req.sessionID, req.session)
  const answer = readForm(req.body, captchaField)
  if (!answer.ok) {
    return answer.errors.captcha
  } else if (answer.value.captcha.trim() === '') {
    return wantsWords(req) ? 'errors.question.missing' : 'errors.captcha.missing'
  } else if (isCaptchaAnswer(answer.value.captcha, expected)) {
    return undefined
  } else {
    return wantsWords(req) ? 'errors.question.wrong' : 'errors.captcha.wrong'
  }
}
