// What to tell a visitor whose cookie names a session that is over.
import type { Request } from 'express'
import { findEndReason, type EndReason } from '../models/session.ts'
import { clearSessionCookie, hasSentSession, sentSessionId, storeOf } from './session.ts'

/** Why the visitor's session is over, if there was one; its cookie is taken away. */
export async function endReasonOf(
  req: Request,
): Promise<`ended-${EndReason | 'unknown'}` | undefined> {
  const sent = sentSessionId(req)
  if (sent === undefined || hasSentSession(req)) {
    return undefined
  } else {
    clearSessionCookie(req)
    return `ended-${(await findEndReason(storeOf(req), sent)) ?? 'unknown'}`
  }
}
