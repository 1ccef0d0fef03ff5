// GET and POST /password-reset/:token: a new password for whoever has the link. Only the form's answer uses it up.
import type { Request, Response } from 'express'
import { localeOf } from '../../middleware/locale.ts'
import { tokenOf } from '../../middleware/mailed-link.ts'
import { showAgain } from '../../middleware/refused-form.ts'
import { logEvent } from '../../middleware/security-events.ts'
import { signOut, storeOf } from '../../middleware/session.ts'
import { findReset, readReplacement, resetPassword } from '../../models/password-reset.ts'
import { endAllSessions } from '../../models/session.ts'

export async function show(req: Request, res: Response) {
  const owner = await findReset(tokenOf(req))
  if (owner) {
    res.render('password-reset/token', { owner })
  } else {
    res.status(404).render('password-reset/token')
  }
}

export async function submit(req: Request, res: Response) {
  const owner = await findReset(tokenOf(req))
  const form = owner && readReplacement(req.body, owner) // before the link is used: a typo must not cost it
  const userId = form?.ok
    ? await resetPassword(tokenOf(req), form.value.password, localeOf(res))
    : undefined
  if (userId !== undefined) {
    await endSessions(req, userId)
    res.flash('password-was-reset')
    res.redirect(303, '/login')
  } else if (form && !form.ok) {
    showAgain(req, res, 'password-reset/token', form, { owner })
  } else {
    res.status(404).render('password-reset/token')
  }
}

// Whoever is signed in may be the one that the new password is to keep out (ASVS 7.4.3).
async function endSessions(req: Request, userId: string) {
  logEvent(req, 'password-reset', { userId })
  const count = await endAllSessions(storeOf(req), userId, 'password')
  if (count > 0) logEvent(req, 'session-ended', { userId, by: 'password-reset', count })
  if (req.user?.id === userId) await signOut(req)
}
