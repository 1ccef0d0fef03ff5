// Who may enter a page. The map of URLs names one of these for each; there is no page without one.
import type { RequestHandler } from 'express'

/** Everybody may enter. */
export const anyone: RequestHandler = function anyone(_req, _res, next) {
  next()
}

/** Only who is not signed in: a sign-in form makes no sense to the others, who go to their account. */
export const guest: RequestHandler = function guest(req, res, next) {
  if (req.user) {
    res.redirect(303, '/account')
  } else {
    next()
  }
}

/** Only who is signed in: the others sign in first and come back. */
export const member: RequestHandler = function member(req, res, next) {
  if (req.user) {
    next()
  } else {
    res.flash('sign-in-first')
    res.redirect(303, `/login?next=${encodeURIComponent(req.originalUrl)}`)
  }
}
