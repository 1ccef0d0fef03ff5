// GET and POST /register: the form of a new account.
import type { Request, Response } from 'express'
import { keepSolved, offerCaptcha } from '../middleware/form/captcha.ts'
import { checkForm, renderRefusal } from '../middleware/form.ts'
import { localeOf } from '../middleware/locale.ts'
import { record } from '../middleware/log/security-events.ts'
import { signIn } from '../middleware/session.ts'
import { settingsOf } from '../middleware/settings.ts'
import { callerOf } from '../middleware/throttle.ts'
import { register, registration } from '../models/account/registration.ts'
import { describeFields } from '../models/user/field-values.ts'
import type { Member } from '../models/user.ts'

export function show(req: Request, res: Response) {
  res.render('register', { ...describeFields(), ...offerCaptcha(req) })
}

export async function submit(req: Request, res: Response) {
  const form = await checkForm(req, registration())
  const result = form.ok
    ? await register(form.value, callerOf(req), { locale: localeOf(res) })
    : form
  if (result.ok) {
    record(req, result)
    res.flash('account-created')
    res.status(201).redirect(303, await enter(req, result.value))
  } else {
    renderRefusal(req, res, 'register', result, {
      typed: form.typed,
      ...describeFields(),
      ...offerCaptcha(req, result.errors),
    })
  }
}

/** Where a new member goes on: to the account, signed in, or to a sign-in that asks for the password alone. */
async function enter(req: Request, member: Member): Promise<string> {
  if (settingsOf(req).afterRegistration === 'account') {
    await signIn(req, member, false)
    record(req, { events: [{ event: 'sign-in', userId: member.id }] })
    return '/account'
  } else {
    // This session has just answered a captcha: one sign-in needs no second one.
    keepSolved(req, '/login')
    req.session.registeredAs = member.username
    return '/login'
  }
}
