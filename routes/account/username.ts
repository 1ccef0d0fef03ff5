// GET and POST /account/username: another name; the old one stays reserved for a while.
import type { Request, Response } from 'express'
import { readForm } from '../../lib/form.ts'
import { renderRefusal } from '../../middleware/form.ts'
import { record } from '../../middleware/log/security-events.ts'
import { passwordStateOf } from '../../middleware/session/recent.ts'
import { requestContext } from '../../middleware/session/request-context.ts'
import { changeUsername, usernameChange } from '../../models/account/username-change.ts'

export function show(req: Request, res: Response) {
  const { username } = requestContext(req).member
  const { hasPassword } = passwordStateOf(res)
  res.render('account/username', { username, hasPassword })
}

export async function submit(req: Request, res: Response) {
  const context = requestContext(req)
  const { hasPassword } = passwordStateOf(res)
  const form = readForm(req.body, usernameChange(hasPassword))
  const result = form.ok ? await changeUsername(form.value, context) : form
  if (result.ok) {
    req.session.username = result.value // for this very answer; in the database it is changed
    record(req, result)
    res.flash('username-changed')
    res.redirect(303, '/account')
  } else {
    const { username } = context.member
    const values = { username, hasPassword, typed: form.typed }
    renderRefusal(req, res, 'account/username', result, values)
  }
}
