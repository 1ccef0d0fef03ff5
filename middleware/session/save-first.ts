// No answer begins before the session is saved: the next request, which a redirect brings at once, has to find it.
import type { Request, RequestHandler, Response } from 'express'
import { canSetCookies } from '../form/https.ts'
import { hasSentSession, save, storeOf } from '../session.ts'

type End = Response['end']

/**
 * Save what a handler changed in the session when it answers, for every redirect and page, without the handler's help.
 * express-session alone sends the headers first. If saving fails, the answer becomes that error's page.
 */
export const saveFirst: RequestHandler = function saveFirst(req, res, next) {
  const end = res.end.bind(res) as (...words: unknown[]) => Response
  const headers = res.getHeaders()
  let begun = false
  res.end = ((...words: unknown[]) => {
    if (begun || res.headersSent || !isToBeSaved(req)) return end(...words)
    begun = true
    save(req).then(
      () => end(...words),
      (error: unknown) => {
        // The error's page is no redirect, picture or notice of something done.
        for (const name of res.getHeaderNames()) res.removeHeader(name)
        res.setHeaders(new Map(Object.entries(headers as Record<string, string>)))
        req.session = undefined as never
        next(error)
      },
    )
    return res
  }) as End
  next()
}

function isToBeSaved(req: Request): boolean {
  // Destroyed sessions are null by then; express-session's types don't say so.
  const session = req.session as typeof req.session | null | undefined
  if (!session) {
    return false
  } else if (!canSetCookies(req) && !hasSentSession(req)) {
    // Its cookie would be dropped, so it would lie in the database for nobody.
    req.session = undefined as never
    return false
  } else if (isAccident(req)) {
    // What could not be kept is not tried again while the error's page is sent: its visitor would wait twice.
    req.session = undefined as never
    return false
  } else {
    return storeOf(req).hasChanges(session)
  }
}

function isAccident({ res }: Request): boolean {
  return res !== undefined && res.statusCode >= 500
}
