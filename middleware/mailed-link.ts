// The addresses of links that are given to one person, each with a token in it that is a key: to an account, or to a site that is closed.
import type { Request, Response } from 'express'
import { z } from 'zod'

// Also if it was cut off or something was added to it, and in whatever case the page's name is written.
const MAILED_LINK =
  /^(\/+(?:password-reset|verify-email|account\/+(?:email|not-me)|maintenance)\/+).+/i

const address = z.object({ token: z.string() })

/** The token as it was sent; whether it counts is for the model to find out. */
export function tokenOf(req: Request): string {
  return address.parse(req.params).token
}

/** A path as it may be shown: of a mailed link everything behind the page's name is left out. */
export function withoutToken(path: string): string {
  return path.replace(MAILED_LINK, '$1:token')
}

/**
 * Let the address leave this page for nowhere, because it is a key (ASVS 14.2.1). Not as a referrer, not in a cache or a
 * search engine, and not as the way back from another page. Its origin alone may be told: with "no-referrer" a browser would
 * send the page's own form with "Origin: null", as a page of another site may do too.
 */
export function hideAddress(res: Response): void {
  res.set('Referrer-Policy', 'strict-origin')
  res.set('Cache-Control', 'no-store')
  res.set('X-Robots-Tag', 'noindex, nofollow')
  res.locals.wayBack = '/home'
}
