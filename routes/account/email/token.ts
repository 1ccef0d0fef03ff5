// GET and POST /account/email/:token: the link that was sent to a new address, and the button that makes the address count.
import type { Request, Response } from 'express'
import { record } from '../../../middleware/log/security-events.ts'
import { storeOf } from '../../../middleware/session.ts'
import { localeOf } from '../../../middleware/locale.ts'
import { tokenOf } from '../../../middleware/mailed-link.ts'
import { callerOf } from '../../../middleware/throttle.ts'
import { changeEmail, findEmailChange } from '../../../models/account/email-change.ts'

export async function show(req: Request, res: Response) {
  const change = await findEmailChange(tokenOf(req))
  if (!change) res.status(404)
  res.render('account/email/token', { change })
}

export async function submit(req: Request, res: Response) {
  const changed = await changeEmail(tokenOf(req), storeOf(req), localeOf(res), callerOf(req))
  if (changed) {
    const { userId, email } = changed
    if (req.user?.id === userId) req.session.email = email // for this very answer; in the database it is changed
    record(req, changed)
    res.flash('email-changed')
    res.redirect(303, req.user ? '/account' : '/login')
  } else {
    res.status(404).render('account/email/token')
  }
}
