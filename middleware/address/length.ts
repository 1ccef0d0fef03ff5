// How long an address and a header may be: what reads them takes many times longer for a long one.
import type { RequestHandler } from 'express'
import createError from 'http-errors'

const MAX_LENGTH = 8 * 1024 // characters; RFC 9110, 4.1, asks for 8000 for an address

/**
 * Send requests with a longer address or header to these handlers, without it. The Cookie header may be longer: a browser
 * sends other sites' cookies of the same domain too, and nothing but our own is read of it.
 */
export function longRequests(handlers: RequestHandler): RequestHandler {
  return function takeAsideLongRequests(req, res, next) {
    const long = Object.entries(req.headers)
      .filter(([name, value]) => name !== 'cookie' && String(value).length > MAX_LENGTH)
      .map(([name]) => name)
    if (req.url.length <= MAX_LENGTH && long.length === 0) {
      next()
    } else {
      // Somebody's path of a hundred thousand "../" would keep the processor busy for seconds, at each of its readers.
      for (const name of long) req.headers[name] = ''
      if (req.url.length > MAX_LENGTH) req.url = req.originalUrl = '/'
      handlers(req, res, next)
    }
  }
}

/** Refuse with 431 what is too long (RFC 6585, 5), in the words of a body that is. */
export const refuseTooLong: RequestHandler = function refuseTooLong() {
  throw createError(431, 'The address or a header is too long', { kind: '413' })
}
