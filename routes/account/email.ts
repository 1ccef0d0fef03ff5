// GET and POST /account/email: another address, which counts once the link that is sent to it was used.
import type { Request, Response } from 'express'
import { readForm } from '../../lib/form.ts'
import { renderRefusal } from '../../middleware/form.ts'
import { record } from '../../middleware/log/security-events.ts'
import { requestContext } from '../../middleware/session/request-context.ts'
import {
  requestEmailChange,
  emailChange,
  findPendingEmail,
} from '../../models/account/email-change.ts'

export async function show(req: Request, res: Response) {
  res.render('account/email', await addressesOf(req))
}

export async function submit(req: Request, res: Response) {
  const form = readForm(req.body, emailChange)
  const result = form.ok ? await requestEmailChange(form.value, requestContext(req)) : form
  if (result.ok) {
    record(req, result)
    res.flash('email-change-sent')
    res.redirect(303, '/account/email')
  } else {
    renderRefusal(req, res, 'account/email', result, {
      ...(await addressesOf(req)),
      typed: form.typed,
    })
  }
}

async function addressesOf(req: Request) {
  const { id, email } = requestContext(req).member
  return { email, pending: await findPendingEmail(id) }
}
