// GET and POST /logout: one button, and the end of the session. By POST alone, so that no link or picture signs anybody out.
import type { Request, Response } from 'express'
import { record } from '../middleware/log/security-events.ts'
import { clearEndedSession, signOut } from '../middleware/session.ts'

export function show(req: Request, res: Response) {
  if (req.user) {
    res.render('logout')
  } else {
    res.redirect(303, '/login')
  }
}

/** Whoever is signed out can't be signed out by another site: a page whose session has ended needs no valid token. */
export function isHarmless(req: Request): boolean {
  return !req.user
}

export async function submit(req: Request, res: Response) {
  if (req.user) {
    record(req, { events: [{ event: 'sign-out' }] })
    await signOut(req)
  } else {
    clearEndedSession(req)
  }
  res.flash('signed-out')
  res.redirect(303, '/login')
}
