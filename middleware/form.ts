// A submitted form of a page with a captcha: its fields against their schema, and the picture's one try.
import type { Request } from 'express'
import { z } from 'zod'
import { isCaptchaAnswer } from '../lib/captcha.ts'
import { readForm, text, type Form } from '../lib/form.ts'
import { takeCaptcha } from '../models/session.ts'

const captchaField = z.object({ captcha: text() })

/** Check the form and its captcha. All errors come together; what the form's values would do happens only if there is none. */
export async function checkForm<S extends z.ZodObject>(
  req: Request,
  schema: S,
): Promise<Form<z.output<S>>> {
  const form = readForm(req.body, schema)
  const error = await captchaError(req)
  if (error === undefined) {
    return form
  } else {
    const errors = form.ok ? {} : form.errors
    return { ok: false, typed: form.typed, errors: { ...errors, captcha: error } }
  }
}

// The text is gone from the session before it is compared: one picture, one try, also for parallel requests.
async function captchaError(req: Request): Promise<string | undefined> {
  if (req.app.get('captcha on') !== true) {
    return undefined
  } else {
    const text = await takeCaptcha(req.sessionID)
    delete req.session.captcha
    const answer = readForm(req.body, captchaField)
    if (!answer.ok) {
      return answer.errors.captcha
    } else if (answer.value.captcha.trim() === '') {
      return 'errors.captcha.missing'
    } else {
      return isCaptchaAnswer(answer.value.captcha, text) ? undefined : 'errors.captcha.wrong'
    }
  }
}
