// GET and POST /register: the form of a new account.
import type { Request, Response } from 'express'
import { offerCaptcha } from '../middleware/form/captcha.ts'
import { checkForm, renderRefusal } from '../middleware/form.ts'
import { localeOf } from '../middleware/locale.ts'
import { record } from '../middleware/log/security-events.ts'
import { callerOf } from '../middleware/throttle.ts'
import { register, registration } from '../models/account/registration.ts'

export function show(req: Request, res: Response) {
  res.render('register', offerCaptcha(req))
}

export async function submit(req: Request, res: Response) {
  const form = await checkForm(req, registration)
  const result = form.ok ? await register(form.value, callerOf(req), localeOf(res)) : form
  if (result.ok) {
    record(req, result)
    res.flash('account-created')
    res.status(201).redirect(303, '/login')
  } else {
    renderRefusal(req, res, 'register', result, {
      typed: form.typed,
      ...offerCaptcha(req),
    })
  }
}
