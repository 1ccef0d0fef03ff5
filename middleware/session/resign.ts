// A session cookie that an older secret signed is signed anew with the first, so that the old secret can be retired.
import cookieParser from 'cookie-parser'
import type { Request, RequestHandler } from 'express'
import type { Settings } from '../../config/env.ts'
import { cookieFlags, cookieName } from '../../config/session.ts'
import { hasSentSession } from '../session.ts'

/** Send the cookie again where the session was found by a signature that is not the first secret's. */
export function resign(settings: Settings): RequestHandler {
  const name = cookieName(settings, 'sid')
  const [first = '', ...older] = settings.sessionSecrets
  return function resignOldCookie(req, res, next) {
    if (
      older.length > 0 &&
      hasSentSession(req) &&
      cookieParser.signedCookie(rawCookie(req, name), first) === false
    ) {
      const { maxAge } = req.session.cookie
      const rest = typeof maxAge === 'number' ? { maxAge } : {}
      res.cookie(name, req.sessionID, { ...cookieFlags(settings), ...rest, signed: true })
    }
    next()
  }
}

// As it came over the wire: the parser has taken the signature off.
function rawCookie(req: Request, name: string): string {
  const pair = (req.headers.cookie ?? '').split(/; */).find((one) => one.startsWith(`${name}=`))
  return decodeURIComponent(pair?.slice(name.length + 1) ?? '')
}
