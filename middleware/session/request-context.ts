// What a model needs to know of a member's request, without knowing Express.
import type { Request } from 'express'
import type { RequestContext } from '../../models/account/request-context.ts'
import { storeOf } from '../session.ts'
import { callerOf } from '../throttle.ts'

/** The context of a member's request. Throws on a page whose guard lets others in. */
export function requestContext(req: Request): RequestContext {
  if (!req.user) throw new Error('This page needs the guard "member"')
  return {
    member: req.user,
    caller: callerOf(req),
    store: storeOf(req),
    sessionId: req.sessionID,
    locale: req.res?.locals.locale ?? 'en',
  }
}
