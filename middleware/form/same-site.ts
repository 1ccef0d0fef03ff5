// Requests that change something come from our own pages and listed front ends only, whatever else they carry (OWASP CSRF: Fetch Metadata with Origin).
import type { Request, RequestHandler } from 'express'
import createError from 'http-errors'
import type { Settings } from '../../config/env.ts'
import { isLoopbackHost } from '../../lib/http/loopback.ts'
import { withoutToken } from '../mailed-link.ts'

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS']
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/** Refuse with 403 an unsafe request that a browser marks as coming from elsewhere. One without marks is left to the token. */
export function sameSite(settings: Settings): RequestHandler {
  const origins = originsOf(settings.baseUrl)
  return function refuseOtherSites(req, _res, next) {
    const here = settings.production ? origins : [...origins, ...ownLoopbackOrigin(req)]
    const isExpected = comesFromHere(req, here) || comesFromFrontEnd(req, settings.corsOrigins)
    if (SAFE_METHODS.includes(req.method) || isExpected) {
      next()
    } else {
      next(createError(403, 'The request comes from another site', { code: 'ECROSSSITE' }))
    }
  }
}

/** True if the browser says at all where a form comes from. Behind `sameSite`, which refused other places, that is here. */
export function isMarkedAsOurs(req: Request): boolean {
  return (req.get('Sec-Fetch-Site') ?? req.get('Origin')) !== undefined
}

/** True if neither Sec-Fetch-Site nor Origin names another site. Both are set by the browser; no page can change them. */
export function comesFromHere(req: Request, origins: string[]): boolean {
  const site = req.get('Sec-Fetch-Site')
  const origin = req.get('Origin')
  if (origin === 'null') {
    // What a page that sends no referrer says of itself, and a sandboxed frame of another site too: only together with the
    // browser's own word for "from here" it is the former. Over plain HTTP browsers have no such word. There the form of a
    // mailed link is taken without: its address is a key that no other site knows, and it carries the token as well.
    return site === 'same-origin' || (site === undefined && isMailedLink(req))
  } else {
    return (
      (site === undefined || site === 'same-origin' || site === 'none') &&
      (origin === undefined || origins.includes(origin))
    )
  }
}

/**
 * True for what a page of another site loads as a part of itself, a picture or a frame, unless it is a listed front end.
 * Whoever follows a link from there opens a document.
 */
export function isEmbedded(req: Request, { corsOrigins }: Settings): boolean {
  const site = req.get('Sec-Fetch-Site') ?? 'none'
  const isElsewhere = site === 'cross-site' || site === 'same-site'
  const isDocument = req.get('Sec-Fetch-Dest') === 'document'
  return isElsewhere && !isDocument && !comesFromFrontEnd(req, corsOrigins)
}

function isMailedLink(req: Request): boolean {
  return withoutToken(req.path) !== req.path
}

// A front end of ours on another origin: named by its Origin alone, because Sec-Fetch-Site says only how far away it is.
function comesFromFrontEnd(req: Request, origins: string[]): boolean {
  return origins.includes(req.get('Origin') ?? '')
}

// Whoever develops a site, or teaches with it, may sit at its machine and use one of that machine's names, whatever BASE_URL
// says. The page's host has to be the very one that the request goes to: another program on this machine has another port.
function ownLoopbackOrigin(req: Request): string[] {
  const here = `${req.protocol}://${req.headers.host ?? ''}`
  const url = URL.canParse(here) ? new URL(here) : undefined
  return url && isLoopbackHost(url.hostname) ? [url.origin] : []
}

// Compared with the configured address: the Host header is the visitor's word.
// On a machine's own loopback address the other names for it are the very same site.
function originsOf(baseUrl: string): string[] {
  const { hostname, protocol, port } = new URL(baseUrl)
  if (LOOPBACK.includes(hostname)) {
    return LOOPBACK.map((name) => new URL(`${protocol}//${name}:${port}`).origin)
  } else {
    return [baseUrl]
  }
}
