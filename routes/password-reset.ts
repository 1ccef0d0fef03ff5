// GET and POST /password-reset: an address becomes a mailed link, if it is somebody's; the answer is the same for all.
import type { Request, Response } from 'express'
import { offerCaptcha } from '../middleware/form/captcha.ts'
import { checkForm, renderRefusal } from '../middleware/form.ts'
import { localeOf } from '../middleware/locale.ts'
import { rememberMailedTo, takeMailedTo } from '../middleware/session/mailed-to.ts'
import { callerOf } from '../middleware/throttle.ts'
import { requestReset, resetRequest } from '../models/account/password-reset.ts'

export function show(req: Request, res: Response) {
  const mailedTo = takeMailedTo(req)
  if (mailedTo !== undefined) res.locals.typed ??= { email: mailedTo }
  res.render('password-reset', { mailedTo, ...offerCaptcha(req) })
}

export async function submit(req: Request, res: Response) {
  const form = await checkForm(req, resetRequest)
  const result = form.ok ? await requestReset(form.value, localeOf(res), callerOf(req)) : form
  if (result.ok) {
    if (form.ok) rememberMailedTo(req, form.value.email)
    res.flash('reset-asked')
    res.redirect(303, '/password-reset')
  } else {
    renderRefusal(req, res, 'password-reset', result, {
      typed: form.typed,
      ...offerCaptcha(req, result.errors),
    })
  }
}
