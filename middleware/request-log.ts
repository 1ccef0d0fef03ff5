// One line in the log for each request, under an id that the visitor sees on an error page.
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RequestHandler } from 'express'
import { pinoHttp } from 'pino-http'
import { plainError, type Logger } from '../config/logger.ts'
import { withoutToken } from './mailed-link.ts'

const LONG = /[\w-]{40,}/g

/** Give each request an id and log it when it is answered: no query, no headers, no body, so nothing secret. */
export function requestLog(logger: Logger): RequestHandler {
  return pinoHttp({
    logger,
    // Never the visitor's own X-Request-Id: whoever sends it could make two requests look like one.
    genReqId: (_req, res) => {
      const id = randomUUID()
      res.setHeader('X-Request-Id', id)
      return id
    },
    wrapSerializers: false,
    serializers: { req: plainRequest, res: plainResponse, err: plainError },
    customProps: (req) => ({ requestId: req.id }),
    customLogLevel: levelOf,
    customSuccessMessage: summary,
    customErrorMessage: summary,
  })
}

function plainRequest(req: IncomingMessage) {
  return { method: req.method, path: pathOf(req) }
}

function plainResponse(res: ServerResponse) {
  return { status: res.statusCode }
}

// The rest of a mailed link's address is a key to an account. So is what is as long as a key, wherever it stands.
function pathOf(req: IncomingMessage): string {
  const { originalUrl, url } = req as { originalUrl?: string; url?: string }
  const [path = ''] = (originalUrl ?? url ?? '').split('?')
  return withoutToken(path).replace(LONG, ':token')
}

function levelOf(_req: IncomingMessage, res: ServerResponse, error?: Error) {
  if (res.statusCode >= 500 || error) {
    return 'error'
  } else if (res.statusCode >= 400 && res.statusCode !== 422) {
    return 'warn'
  } else {
    return 'info'
  }
}

function summary(req: IncomingMessage, res: ServerResponse): string {
  return `${req.method ?? ''} ${pathOf(req)} ${res.statusCode}`
}
