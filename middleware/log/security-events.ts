// Records what happened to the security of the site: in the log, in the metrics, and for the account's owner (docs/operations.md).
import type { ErrorRequestHandler, Request } from 'express'
import { storageId } from '../../lib/session/storage-id.ts'
import { recordActivity } from '../../models/account/activity.ts'
import { SECURITY_EVENTS, type SecurityEvent } from '../../models/security-event.ts'
import { tellOfLock } from '../../models/mail/notice.ts'
import { localeOf } from '../locale.ts'
import { metricsOf } from './metrics.ts'

// What an account's owner has no use for, or what anybody could repeat without end to push the rest off the list.
const NOT_FOR_THE_OWNER = ['throttled', 'captcha-failed', 'csrf-refused', 'cross-site-refused']
const MAX_AGENT_LENGTH = 256 // characters

const PREFIX = 12 // characters of a session's key in the database: enough to find it, useless as a cookie

/** Record the events of a result, or those that a handler names itself; a result without any records nothing. */
export function record(req: Request, { events = [] }: { events?: SecurityEvent[] }): void {
  for (const event of events) {
    const whole = { ...event, userId: event.userId ?? req.user?.id }
    writeLine(req, whole)
    countInMetrics(req, whole)
    keepForOwner(req, whole)
    tellOwner(req, whole)
  }
}

/** Record the refusals that reach the error page, and leave the page to the next. */
export const refusalEvents: ErrorRequestHandler = function refusalEvents(error, req, _res, next) {
  const { code } = error as { code?: unknown }
  if (code === 'EBADCSRFTOKEN') {
    record(req, { events: [{ event: 'csrf-refused' }] })
  } else if (code === 'ECROSSSITE') {
    record(req, { events: [{ event: 'cross-site-refused' }] })
  }
  next(error)
}

// A line that a machine can search, with the session, the address and the request's id (ASVS 16.3.1).
function writeLine(req: Request, { event, userId, ended, ...more }: SecurityEvent): void {
  const line = {
    event,
    userId,
    session: prefixOf((req as Partial<Request>).sessionID),
    address: req.ip,
    ...more,
    ...(ended === undefined ? {} : { ended: ended.slice(0, PREFIX) }),
  }
  req.log[SECURITY_EVENTS[event]](line, `Security event: ${event}`)
}

function countInMetrics(req: Request, { event, reason, limit }: SecurityEvent): void {
  metricsOf(req)?.countEvent(event, { reason, limit, isMember: req.user !== undefined })
}

// For the page /account/activity.
function keepForOwner(req: Request, { event, userId, reason }: SecurityEvent): void {
  if (userId !== undefined && reason !== 'locked' && !NOT_FOR_THE_OWNER.includes(event)) {
    const outcome = SECURITY_EVENTS[event] === 'warn' ? 'refused' : 'done'
    const agent = (req.get('User-Agent') ?? '').slice(0, MAX_AGENT_LENGTH)
    const activity = { at: new Date(), event, outcome, address: req.ip ?? '', agent } as const
    // After the answer: what a known name alone causes must not make its answer slower (ASVS 6.3.8).
    afterAnswer(req, () => {
      void recordActivity(userId, activity, req.log)
    })
  }
}

// By mail, because whoever is locked out can't look at the page. After the answer, for the same reason as above.
function tellOwner(req: Request, { userId, reason }: SecurityEvent): void {
  if (userId === undefined || reason !== 'locked' || !req.res) return
  const locale = localeOf(req.res)
  afterAnswer(req, () => {
    tellOfLock(userId, locale).catch((error: unknown) => {
      req.log.error(error, 'A mail about a locked account could not be kept')
    })
  })
}

function afterAnswer({ res }: Request, act: () => void): void {
  if (!res || res.closed) {
    act()
  } else {
    res.once('close', act)
  }
}

function prefixOf(sessionId: string | undefined): string | undefined {
  return sessionId === undefined ? undefined : storageId(sessionId).slice(0, PREFIX)
}
