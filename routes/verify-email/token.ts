// GET and POST /verify-email/:token: one button that confirms the address; opening the page, as mail scanners do, confirms nothing.
import type { Request, Response } from 'express'
import { tokenOf } from '../../middleware/mailed-link.ts'
import { record } from '../../middleware/log/security-events.ts'
import { findVerification, verifyEmail } from '../../models/account/verification.ts'

export async function show(req: Request, res: Response) {
  const owner = await findVerification(tokenOf(req))
  if (!owner) res.status(404)
  res.render('verify-email/token', { owner })
}

export async function submit(req: Request, res: Response) {
  const verified = await verifyEmail(tokenOf(req))
  if (verified) {
    record(req, verified)
    res.flash('email-verified')
    res.redirect(303, req.user ? '/account' : '/login')
  } else {
    res.status(404).render('verify-email/token')
  }
}
