// The guards of what is dangerous: only whoever has shown lately who they are may enter (ASVS 7.5.1, 7.5.3).
import type { Request, RequestHandler, Response } from 'express'
import { LATE_FORM_TTL, RECENT_FORM_TTL, RECENT_TTL } from '../../config/session.ts'
import { typedIn, type Typed } from '../../lib/form.ts'
import { findPasswordState, type PasswordState } from '../../models/account/passkeys/ways-in.ts'
import { isMarkedAsOurs } from '../form/same-site.ts'
import { requestContext } from './request-context.ts'

declare module 'express-session' {
  interface SessionData {
    /** A form that came too late: what was typed into it, as text, because it may have fields of any name. */
    lateForm: { path: string; typed: string; expires: Date }
  }
}

const MAX_LATE_FORM = 2048 // characters: no form that is guarded here has more than a name or an address to keep

/** Members whose sign-in or confirmation is fresh; others confirm first who they are, and come back. Stands behind `member`. */
export const recent: RequestHandler = recentIf(() => true)

/** The same for what an open page loads: it is as fresh as that page's form has to be. */
export const recentForm: RequestHandler = requireRecent(
  () => true,
  () => RECENT_FORM_TTL,
)

/**
 * The same for whoever has no password, at pages that ask everybody else for it. What was found is kept for the page: were it
 * looked at once more, a password that is removed in between would be asked for neither here nor there.
 */
export const recentWithoutPassword: RequestHandler = async (req, res, next) => {
  const state = await findPasswordState(requestContext(req).member.id)
  res.locals.passwordState = state
  if (state.hasPassword) {
    next()
  } else {
    await recent(req, res, next)
  }
}

/** What this guard has found. Throws on a page without it. */
export function passwordStateOf(res: Response): PasswordState {
  const { passwordState } = res.locals
  if (!passwordState) throw new Error('This page needs the guard "recentWithoutPassword"')
  return passwordState
}

/** The same where only some requests for a page are dangerous. */
export function recentIf(isDangerous: (req: Request) => boolean): RequestHandler {
  return requireRecent(isDangerous, ({ method }) =>
    method === 'POST' ? RECENT_FORM_TTL : RECENT_TTL,
  )
}

function requireRecent(
  isDangerous: (req: Request) => boolean,
  ttlOf: (req: Request) => number,
): RequestHandler {
  return function recent(req, res, next) {
    const { confirmedAt } = req.session
    const isRecent = Date.now() - (confirmedAt?.getTime() ?? 0) < ttlOf(req)
    if (isRecent) showLateForm(req, res)
    if (isRecent || !isDangerous(req)) {
      next()
    } else {
      keepLateForm(req, res)
      res.turnAway('confirmation-needed', `/confirm?next=${encodeURIComponent(req.originalUrl)}`)
    }
  }
}

// Not the form is kept but what was typed, secrets excepted: it is shown once more and done only if somebody sends it again.
// A page of another site must not fill in a form of ours for that, so it has to be ours as the token or the browser says.
function keepLateForm(req: Request, res: Response): void {
  const isOurs = res.locals.hasToken?.() === true || isMarkedAsOurs(req)
  if (req.method !== 'POST' || res.locals.isJson || !isOurs) return
  const typed = JSON.stringify(typedIn(req.body))
  const expires = new Date(Date.now() + LATE_FORM_TTL)
  req.session.lateForm = {
    path: req.path,
    typed: typed.length > MAX_LATE_FORM ? '{}' : typed,
    expires,
  }
}

function showLateForm(req: Request, res: Response): void {
  const { lateForm } = req.session
  if (!lateForm || req.method !== 'GET' || res.locals.isJson) return
  delete req.session.lateForm
  if (lateForm.path !== req.path || lateForm.expires < new Date()) return
  res.locals.typed = JSON.parse(lateForm.typed) as Typed
  res.locals.takeNotice = () => 'form-stale'
}
