// What a model is told of the request of a member, without knowing Express.
import type { Request } from 'express'
import type { RequestContext } from '../../models/account/request-context.ts'
import { storeOf } from '../session.ts'
import { callerOf } from '../throttle.ts'

/** The visit of who is signed in. Throws on a page whose guard lets others in. */
export function requestContext(req: Request): RequestContext {
  if (req.user) {
    return {
      member: req.user,
      caller: callerOf(req),
      store: storeOf(req),
      sessionId: req.sessionID,
      locale: req.res?.locals.locale ?? 'en',
    }
  } else {
    throw new Error('This page needs the guard "member"')
  }
}
