// One line in the log for each request, under an id that the visitor sees on an error page.
import { randomUUID } from 'node:crypto'
import type { Express, Request, RequestHandler, Response } from 'express'
import type { Logger } from '../../config/logger.ts'
import { routeOf } from './route-pattern.ts'

type Trust = (address: string | undefined, hop: number) => boolean

const SAFE_ID = /^[\w-]{8,64}$/

/** Give each request an id and log it when it is over: no address, no headers, no body, so nothing secret. */
export function requestLog(app: Express, logger: Logger): RequestHandler {
  giveLog(app, logger)
  return function logRequest(req, res, next) {
    const begun = performance.now()
    req.id = idOf(req)
    res.setHeader('X-Request-Id', req.id)
    res.on('error', keepError) // which nobody else listens for, and then it would end the process
    res.once('close', () => logEnd(logger, req, res, performance.now() - begun))
    next()
  }
}

// Made at the first use: most requests log nothing but their line, and a logger for each costs more than that.
function giveLog(app: Express, logger: Logger): void {
  const logs = new WeakMap<Request, Logger>()
  Object.defineProperty(app.request, 'log', {
    configurable: true,
    get(this: Request): Logger {
      const log = logs.get(this) ?? logger.child({ requestId: this.id })
      logs.set(this, log)
      return log
    },
  })
}

// The id that our own proxy gave, so that its lines and ours are found together. Nobody else's: whoever could choose it
// would make two requests look like one, hide among another's lines, or write what a reader of the log takes for more.
function idOf(req: Request): string {
  const given = req.headers['x-request-id']
  if (typeof given === 'string' && SAFE_ID.test(given) && isFromProxy(req)) return given
  return randomUUID()
}

function isFromProxy(req: Request): boolean {
  return (req.app.get('trust proxy fn') as Trust)(req.socket.remoteAddress, 0)
}

function keepError(this: Response, error: Error): void {
  this.err ??= error
}

function logEnd(logger: Logger, req: Request, res: Response, duration: number): void {
  const { method, id: requestId } = req
  const { err } = res
  const route = routeOf(req, res)
  const ms = Math.round(duration * 10) / 10
  // A visitor that left before the answer was complete did not get what its status says.
  const status = res.writableFinished ? res.statusCode : undefined
  const event = status === undefined ? 'aborted' : undefined
  const line = {
    requestId,
    event,
    method,
    route,
    status,
    ms,
    userId: req.user?.id,
    err,
    ...res.logged,
  }
  logger[levelOf(status, err)](line, `${method} ${route} ${status ?? 'aborted'}`)
}

function levelOf(status = 0, error: Error | undefined) {
  if (status >= 500 || error) return 'error'
  if (status >= 400 && status !== 422) return 'warn'
  return 'info'
}
