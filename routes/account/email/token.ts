// GET and POST /account/email/:token: the link that was sent to a new address, and the button that makes the address count.
import type { Request, Response } from 'express'
import { logEvent } from '../../../middleware/security-events.ts'
import { storeOf } from '../../../middleware/session.ts'
import { localeOf } from '../../../middleware/locale.ts'
import { tokenOf } from '../../../middleware/mailed-link.ts'
import { changeEmail } from '../../../models/email-change.ts'
import { findToken } from '../../../models/token.ts'

export async function show(req: Request, res: Response) {
  const found = await findToken('email-change', tokenOf(req))
  if (found) {
    res.render('account/email/token', { email: found.seen.newEmail })
  } else {
    res.status(404).render('account/email/token')
  }
}

export async function submit(req: Request, res: Response) {
  const userId = await changeEmail(tokenOf(req), storeOf(req), localeOf(res))
  if (userId !== undefined) {
    logEvent(req, 'email-changed', { userId })
    res.flash('email-changed')
    res.redirect(303, '/account')
  } else {
    res.status(404).render('account/email/token')
  }
}
