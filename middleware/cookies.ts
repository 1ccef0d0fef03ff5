// The cookies of a request: the site's own alone, text only, and signed ones verified with every secret that is still valid.
import cookieParser from 'cookie-parser'
import type { RequestHandler } from 'express'
import type { Settings } from '../config/env.ts'
import { cookieName, COOKIES } from '../config/session.ts'

const MAX_COOKIE_LENGTH = 4096 // of name and value, as much as browsers keep (RFC 6265bis, 5.6)

/** Parse the Cookie header. Only the site's own cookies are kept, and those of these other names. */
export function cookies(settings: Settings, others: string[]): RequestHandler[] {
  const names = new Set([...COOKIES.map((name) => cookieName(settings, name)), ...others])
  return [ownOnly(names), cookieParser(settings.sessionSecrets), textOnly]
}

// Before anything parses them: to decode and verify each of the thousands that fit into a header would keep the processor
// busy for as long as many requests, and anybody can send them.
function ownOnly(names: Set<string>): RequestHandler {
  return function dropOtherCookies(req, _res, next) {
    if (req.headers.cookie !== undefined) req.headers.cookie = ownOf(req.headers.cookie, names)
    next()
  }
}

// The first of each name counts, as for cookie-parser and express-session.
function ownOf(header: string, names: Set<string>): string {
  const own = new Map<string, string>()
  for (const pair of header.split(';')) {
    const end = pair.indexOf('=')
    const name = pair.slice(0, Math.max(end, 0)).trim()
    if (names.has(name) && !own.has(name)) own.set(name, pair.trim())
  }
  return [...own.values()].filter((pair) => pair.length <= MAX_COOKIE_LENGTH).join('; ')
}

// cookie-parser turns "j:{…}" into an object: a visitor must not choose the type of what later code takes for text.
const textOnly: RequestHandler = function textOnly(req, _res, next) {
  for (const jar of [req.cookies, req.signedCookies] as Record<string, unknown>[]) {
    for (const [name, value] of Object.entries(jar)) {
      // oxlint-disable-next-line typescript/no-dynamic-delete -- the jar is an object without a prototype
      if (typeof value !== 'string') delete jar[name]
    }
  }
  next()
}
