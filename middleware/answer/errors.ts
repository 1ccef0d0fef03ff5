// Refusals and accidents as answers of the site: what went wrong in a sentence, an id to quote, nothing of the inside.
import type { ErrorRequestHandler, RequestHandler } from 'express'
import createError, { isHttpError } from 'http-errors'
import { translator } from '../../config/i18n.ts'
import { NotCounted } from '../../models/sign-in/counters.ts'
import { isDatabaseAway } from '../../lib/mongodb/away.ts'
import { TooManyHashes } from '../../lib/password/queue.ts'
import type { Wait } from '../../models/result.ts'
import { hideAddress, withoutToken } from '../mailed-link.ts'
import { kindOfStatus } from './problem.ts'

const RETRY_AFTER = 2 // seconds

/** Nothing answered so far, so there is no such page. */
export const notFound: RequestHandler = function notFound() {
  throw createError(404)
}

/** Answer every error with a page. Accidents are logged with their cause, once, in the request's line. */
export const errors: ErrorRequestHandler = function errors(error: unknown, req, res, _next) {
  const status = statusOf(error)
  const { wait, retry, said } = error as { wait?: Wait; retry?: number; said?: string }
  if (status >= 500 && error instanceof Error) res.err = error
  if (res.headersSent) {
    // Too late for a page. express-session reports a session that ended meanwhile only after the answer.
    if (!res.writableEnded) res.destroy()
  } else {
    res.status(status)
    res.set('Cache-Control', 'no-store')
    if (status === 503) res.set('Retry-After', String(retry ?? RETRY_AFTER))
    if (wait) res.set('Retry-After', String(wait.seconds))
    res.locals.t ??= translator('en')
    res.locals.locale ??= 'en'
    // What was refused before it reached its page may have been a mailed link, which still counts.
    if (withoutToken(req.path) !== req.path) hideAddress(res)
    const page = { status, kind: kindOf(status, error), requestId: req.id, wait, said }
    // The address of a mailed link is not repeated on a page that is not its own.
    const here = res.locals.wayBack ?? req.originalUrl
    // The last resort: where even this page can't be rendered, the bare status must not become a stack trace.
    res.render('error', { ...page, here }, (failure: Error | null, html?: string) => {
      if (failure) {
        req.log.error(failure, 'The error page can not be rendered')
        res.type('text').send(String(status))
      } else {
        res.send(html)
      }
    })
  }
}

// A refusal may name a sentence of its own that explains more than its status does.
function kindOf(status: number, error: unknown): string {
  if (isHttpError(error) && typeof error.kind === 'string') return error.kind
  return kindOfStatus(status)
}

function statusOf(error: unknown): number {
  if (isDatabaseAway(error) || error instanceof NotCounted || error instanceof TooManyHashes) {
    return 503
  } else if (isHttpError(error)) {
    return error.status
  } else if (error instanceof URIError) {
    return 400
  } else {
    return 500
  }
}
