// GET and POST /account/delete: the end of the account; nothing brings it back.
import type { Request, Response } from 'express'
import { readForm } from '../../lib/form.ts'
import { renderRefusal } from '../../middleware/form.ts'
import { record } from '../../middleware/log/security-events.ts'
import { signOut } from '../../middleware/session.ts'
import { requestContext } from '../../middleware/session/request-context.ts'
import { deleteOwnAccount, deletion } from '../../models/account/deletion.ts'

export function show(req: Request, res: Response) {
  res.render('account/delete', { username: requestContext(req).member.username })
}

export async function submit(req: Request, res: Response) {
  const context = requestContext(req)
  const form = readForm(req.body, deletion)
  const result = form.ok ? await deleteOwnAccount(form.value, context) : form
  if (result.ok) {
    record(req, result)
    await signOut(req)
    res.flash('account-deleted')
    res.redirect(303, '/home')
  } else {
    const { username } = context.member
    renderRefusal(req, res, 'account/delete', result, { username, typed: form.typed })
  }
}
