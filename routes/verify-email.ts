// GET and POST /verify-email: whether the address is confirmed, and another mail with the link for it.
import type { Request, Response } from 'express'
import { localeOf } from '../middleware/locale.ts'
import { renderRefusal } from '../middleware/form.ts'
import { rememberMailedTo, takeMailedTo } from '../middleware/session/mailed-to.ts'
import { callerOf } from '../middleware/throttle.ts'
import { findAccount } from '../models/user.ts'
import { requestVerification } from '../models/account/verification.ts'

export async function show(req: Request, res: Response) {
  const account = req.user && (await findAccount(req.user.id))
  if (account?.email) {
    res.render('verify-email', { account, mailedTo: takeMailedTo(req) })
  } else {
    res.redirect(303, account ? '/account/email' : '/account')
  }
}

export async function submit(req: Request, res: Response) {
  const account = req.user && (await findAccount(req.user.id))
  const result =
    req.user && account?.email && !account.isVerified
      ? await requestVerification({ ...account, id: req.user.id }, localeOf(res), callerOf(req))
      : undefined
  if (!result) {
    res.redirect(303, '/account') // confirmed already, or gone
  } else if (result.ok) {
    if (account?.email) rememberMailedTo(req, account.email)
    res.flash('verify-asked')
    res.redirect(303, '/verify-email')
  } else {
    renderRefusal(req, res, 'verify-email', result, { account })
  }
}
