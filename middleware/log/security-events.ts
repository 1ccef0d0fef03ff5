// What happened at the doors of the site, as lines in the log that a machine can search (ASVS 16.3; docs/operations.md).
import type { ErrorRequestHandler, Request } from 'express'
import { storageId } from '../../lib/session/storage-id.ts'
import { recordActivity } from '../../models/account/activity.ts'
import type { Throttled } from '../../models/sign-in/throttle.ts'
import type { SignInRefusal } from '../../models/sign-in.ts'
import { metricsOf } from './metrics.ts'

// With the level of the line: what was refused is a warning.
const EVENTS = {
  'sign-in': 'info',
  'sign-in-failed': 'warn',
  'sign-out': 'info',
  registered: 'info',
  throttled: 'warn',
  'session-ended': 'info',
  'captcha-failed': 'warn',
  'csrf-refused': 'warn',
  'cross-site-refused': 'warn',
  'password-changed': 'info',
  'password-check-failed': 'warn',
  'password-reset': 'info',
  'email-change-asked': 'info',
  'email-changed': 'info',
  'email-verified': 'info',
  'username-changed': 'info',
  'data-exported': 'info',
  'account-deleted': 'info',
} as const

// What an account's owner has no use for, or what anybody could repeat without end to push the rest off the list.
const NOT_FOR_THE_OWNER = ['throttled', 'captcha-failed', 'csrf-refused', 'cross-site-refused']
const MAX_AGENT_LENGTH = 256 // characters

const PREFIX = 12 // characters of a session's key in the database: enough to find it, useless as a cookie

export type SecurityEvent = keyof typeof EVENTS
export const SECURITY_EVENTS = Object.keys(EVENTS)

/** What a line may tell beside the request. Nothing that was typed belongs here: people type passwords into any field. */
export type EventFields = {
  userId?: string | undefined
  /** The class of a failure, for operators alone: an answer that told it would tell who has an account (ASVS 6.3.8). */
  reason?: string
  /** The limit that was reached, by its name in config/limits.ts. */
  limit?: string
  /** Who ended a session, how many, and the key of the one if it was one. */
  by?: string
  count?: number
  ended?: string
}

/** Log an event with the user, the session, the address and the request's id, and keep it for the account's owner. */
export function logEvent(req: Request, event: SecurityEvent, fields: EventFields = {}): void {
  const { userId = req.user?.id, ended, ...more } = fields
  const line = {
    event,
    userId,
    session: prefixOf((req as Partial<Request>).sessionID),
    address: req.ip,
    ...more,
    ...(ended === undefined ? {} : { ended: ended.slice(0, PREFIX) }),
  }
  const level = EVENTS[event]
  req.log[level](line, `Security event: ${event}`)
  const { reason, limit } = fields
  metricsOf(req)?.countEvent(event, { reason, limit, isMember: req.user !== undefined })
  if (userId !== undefined && fields.reason !== 'locked' && !NOT_FOR_THE_OWNER.includes(event)) {
    const outcome = level === 'warn' ? 'refused' : 'done'
    const agent = (req.get('User-Agent') ?? '').slice(0, MAX_AGENT_LENGTH)
    recordActivity(
      userId,
      { at: new Date(), event, outcome, address: req.ip ?? '', agent },
      req.log,
    )
  }
}

/** Log why a form was refused, if that was more than a field to be mended. */
export function logRefusal(req: Request, refusal: Partial<Throttled & SignInRefusal>): void {
  const { userId, reason, limit, wait } = refusal
  if (wait?.isLocked) {
    logEvent(req, 'sign-in-failed', { userId, reason: 'locked' })
  } else if (limit !== undefined) {
    logEvent(req, 'throttled', { userId, limit })
  } else if (reason !== undefined) {
    const event = req.user ? 'password-check-failed' : 'sign-in-failed'
    logEvent(req, event, { userId, reason })
  }
}

/** Log the refusals that reach the error page, and leave the page to the next. */
export const refusalEvents: ErrorRequestHandler = function refusalEvents(error, req, _res, next) {
  const { code } = error as { code?: unknown }
  if (code === 'EBADCSRFTOKEN') {
    logEvent(req, 'csrf-refused')
  } else if (code === 'ECROSSSITE') {
    logEvent(req, 'cross-site-refused')
  }
  next(error)
}

function prefixOf(sessionId: string | undefined): string | undefined {
  return sessionId === undefined ? undefined : storageId(sessionId).slice(0, PREFIX)
}
