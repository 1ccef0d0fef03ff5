// Requests that say in another spelling what others say plainly are brought to the plain one, before anything reads them.
import type { Request, RequestHandler } from 'express'

const ABSOLUTE_TARGET = /^https?:\/\/([^/?#]*)(.*)$/i

/** Read "GET http://host/path" as "GET /path" with that Host, and X-Forwarded-Proto in any case. */
export const plainSpelling: RequestHandler = function plainSpelling(req, _res, next) {
  readTarget(req)
  const scheme = req.headers['x-forwarded-proto']
  // Express compares it with "https" as it is: written otherwise, every form would be refused as insecure.
  if (typeof scheme === 'string') req.headers['x-forwarded-proto'] = scheme.toLowerCase()
  next()
}

// A server has to take such a target, and then the host that it names counts instead of the header (RFC 9112, 3.2.2). Were
// the header to count, somebody could be judged by one host and shown links to another.
function readTarget(req: Request): void {
  const [, host, rest = ''] = req.url.startsWith('/') ? [] : (ABSOLUTE_TARGET.exec(req.url) ?? [])
  if (host !== undefined) {
    req.headers.host = host
    req.url = rest.startsWith('/') ? rest : `/${rest}`
    req.originalUrl = req.url
  }
}
