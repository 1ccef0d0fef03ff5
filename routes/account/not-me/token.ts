// GET and POST /account/not-me/:token: the link of a letter about something that its reader has not done. Only the form acts.
import type { Request, Response } from 'express'
import { localeOf } from '../../../middleware/locale.ts'
import { record } from '../../../middleware/log/security-events.ts'
import { tokenOf } from '../../../middleware/mailed-link.ts'
import { signOut, storeOf } from '../../../middleware/session.ts'
import { findNotMe, reportNotMe } from '../../../models/account/not-me.ts'

export async function show(req: Request, res: Response) {
  const username = await findNotMe(tokenOf(req))
  if (username === undefined) res.status(404)
  res.render('account/not-me/token', { username })
}

export async function submit(req: Request, res: Response) {
  const reported = await reportNotMe(tokenOf(req), storeOf(req), localeOf(res))
  if (reported) {
    record(req, reported)
    // This browser, too: nobody knows yet whose sign-in it was.
    if (req.user?.id === reported.userId) await signOut(req)
    res.flash('not-me')
    res.redirect(303, '/login')
  } else {
    res.status(404).render('account/not-me/token')
  }
}
