// GET and POST /account/password: the current password, if there is one, and a new one; all other sessions end.
import type { Request, Response } from 'express'
import { readForm } from '../../lib/form.ts'
import { renderRefusal } from '../../middleware/form.ts'
import { renewSession } from '../../middleware/session.ts'
import { record } from '../../middleware/log/security-events.ts'
import { passwordStateOf } from '../../middleware/session/recent.ts'
import { requestContext } from '../../middleware/session/request-context.ts'
import { changePassword, passwordChange } from '../../models/account/password-change.ts'

export function show(_req: Request, res: Response) {
  res.render('account/password', passwordStateOf(res))
}

export async function submit(req: Request, res: Response) {
  const context = requestContext(req)
  const passwordState = passwordStateOf(res)
  const form = readForm(req.body, passwordChange(context.member, passwordState.hasPassword))
  const result = form.ok ? await changePassword(form.value, context) : form
  if (result.ok) {
    record(req, result)
    delete req.session.confirmedAt // by the password that counts no more, and maybe by whoever knew it
    await renewSession(req, result.value)
    res.flash('password-changed')
    res.redirect(303, '/account')
  } else {
    renderRefusal(req, res, 'account/password', result, { ...passwordState, typed: form.typed })
  }
}
