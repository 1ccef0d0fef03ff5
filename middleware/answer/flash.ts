// A notice for the next page: it travels in a signed cookie, because an anonymous visitor has no session to keep it in.
import type { RequestHandler } from 'express'
import type { Settings } from '../../config/env.ts'
import { cookieFlags, cookieName, NOTICE_TTL } from '../../config/session.ts'

// Only these can be shown: the signature keeps others out, the list keeps an outdated cookie from naming a sentence that is gone.
export const NOTICES = [
  'form-stale',
  'no-cookies',
  'account-created',
  'confirmed',
  'sign-in-first',
  'signed-out',
  'password-changed',
  'password-removed',
  'username-changed',
  'two-factor-off',
  'passkey-added',
  'passkey-removed',
  'trust-ended',
  'email-change-sent',
  'email-changed',
  'account-deleted',
  'session-ended',
  'session-gone',
  'others-ended',
  'ended-idle',
  'ended-absolute',
  'ended-elsewhere',
  'ended-password',
  'ended-two-factor',
  'ended-too-many',
  'ended-locked',
  'ended-operator',
  'ended-unknown',
  'reset-asked',
  'password-was-reset',
  'not-me',
  'verify-asked',
  'email-verified',
  'mailbox-emptied',
  'saved',
] as const
export type Notice = (typeof NOTICES)[number]

// Said whether or not there is anybody to write to.
const MAIL_NOTICES: Notice[] = [
  'account-created',
  'reset-asked',
  'not-me',
  'verify-asked',
  'email-change-sent',
  'email-changed',
  'password-changed',
  'password-removed',
  'username-changed',
  'two-factor-off',
  'passkey-added',
  'passkey-removed',
]

/** What a notice is: something was done, something to know, or something to look into. It decides colour, icon and word. */
export type NoticeKind = 'done' | 'information' | 'warning'

const NOT_TAKEN: Notice[] = ['form-stale', 'no-cookies']
const INFORMATION: Notice[] = ['sign-in-first', 'reset-asked', 'verify-asked', 'email-change-sent']

/** The kind of a notice. A session that ended by itself, and a form that was not taken, are warnings. */
export function kindOfNotice(notice: Notice | undefined): NoticeKind {
  if (notice !== undefined && (NOT_TAKEN.includes(notice) || notice.startsWith('ended-'))) {
    return 'warning'
  }
  return notice !== undefined && INFORMATION.includes(notice) ? 'information' : 'done'
}

/** True if the notice says that a mail is on its way. */
export function announcesMail(notice: Notice | undefined): boolean {
  return notice !== undefined && MAIL_NOTICES.includes(notice)
}

/** Offer res.flash to handlers and the waiting notice to the page. */
export function flash(settings: Settings): RequestHandler {
  const name = cookieName(settings, 'notice')
  const flags = cookieFlags(settings)
  return function carryNotice(req, res, next) {
    const notice = NOTICES.find(
      (one) => one === (req.signedCookies as Record<string, string>)[name],
    )
    res.flash = (next) => res.cookie(name, next, { ...flags, signed: true, maxAge: NOTICE_TTL })
    res.locals.takeNotice = () => {
      if (notice) res.cookie(name, '', { ...flags, maxAge: 0 })
      return notice
    }
    next()
  }
}
