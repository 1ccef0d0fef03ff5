// Counts each request when it is over, on a site whose operator asked for metrics.
import type { Request, RequestHandler } from 'express'
import type { Metrics } from '../../lib/metrics.ts'
import { routeOf } from './route-pattern.ts'

/** Count every request by route, method and status, and time those that are answered. */
export function countRequests(metrics: Metrics): RequestHandler {
  return function countRequest(req, res, next) {
    const begun = performance.now()
    res.once('close', () => {
      const status = res.writableFinished ? res.statusCode : 'aborted'
      const seconds = (performance.now() - begun) / 1000
      metrics.countRequest(routeOf(req, res), req.method, status, seconds)
    })
    next()
  }
}

/** The metrics given to createApp, if there are any. */
export function metricsOf(req: Request): Metrics | undefined {
  return req.app.get('metrics') as Metrics | undefined
}
