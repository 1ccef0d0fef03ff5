// The cookies of a request: text only, and signed ones verified with every secret that is still valid.
import cookieParser from 'cookie-parser'
import type { RequestHandler } from 'express'

/** Parse the Cookie header. */
export function cookies(secrets: string[]): RequestHandler[] {
  return [cookieParser(secrets), textOnly]
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
