// The stored sessions, as far as they are more than express-session's business: the captcha's one try.
import mongoose from 'mongoose'
import { SESSIONS, storageId } from '../lib/session-store.ts'

type SessionDocument = {
  _id: string
  expires: Date
  session: { captcha?: { text: string; expires: Date } }
}

/**
 * Take the captcha's text out of a stored session: undefined if there is none or it is too old.
 * It is removed in the same step that reads it, so that of many parallel answers to one picture only one is compared at all.
 */
export async function takeCaptcha(sessionId: string): Promise<string | undefined> {
  const before = await sessions().findOneAndUpdate(
    { _id: storageId(sessionId), 'session.captcha': { $exists: true } },
    { $unset: { 'session.captcha': '' } },
    { projection: { 'session.captcha': 1 }, returnDocument: 'before' },
  )
  const captcha = before?.session.captcha
  return captcha && captcha.expires > new Date() ? captcha.text : undefined
}

function sessions() {
  return mongoose.connection.collection<SessionDocument>(SESSIONS)
}
