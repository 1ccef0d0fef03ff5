// GET and POST /password-reset/:token: a new password for whoever has the link. Only the form's answer uses it up.
import type { Request, Response } from 'express'
import { localeOf } from '../../middleware/locale.ts'
import { tokenOf } from '../../middleware/mailed-link.ts'
import { renderRefusal } from '../../middleware/form.ts'
import { record } from '../../middleware/log/security-events.ts'
import { signOut, storeOf } from '../../middleware/session.ts'
import { rememberDevice } from '../../middleware/session/device.ts'
import { findReset, readReplacement, resetPassword } from '../../models/account/password-reset.ts'
import { idOf } from '../../models/sign-in/device.ts'

export async function show(req: Request, res: Response) {
  const owner = await findReset(tokenOf(req))
  if (!owner) res.status(404)
  res.render('password-reset/token', { owner })
}

export async function submit(req: Request, res: Response) {
  const owner = await findReset(tokenOf(req))
  const form = owner && readReplacement(req.body, owner) // before the link is used: a typo must not cost it
  const reset = form?.ok
    ? await resetPassword(tokenOf(req), form.value.password, storeOf(req), localeOf(res))
    : undefined
  if (reset) {
    record(req, reset)
    await rememberDevice(req, idOf(reset.userId))
    // Whoever is signed in may be the one that the new password is to keep out (ASVS 7.4.3).
    if (req.user?.id === reset.userId) await signOut(req)
    res.flash('password-was-reset')
    res.redirect(303, '/login')
  } else if (form && !form.ok) {
    renderRefusal(req, res, 'password-reset/token', form, { owner })
  } else {
    res.status(404).render('password-reset/token')
  }
}
