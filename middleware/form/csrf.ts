// The token that every form carries, or a script's header: proof that it comes from this site or an allowed one (ASVS 3.5.1).
import { doubleCsrf } from 'csrf-csrf'
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Settings } from '../../config/env.ts'
import { cookieFlags, cookieName } from '../../config/session.ts'

const tokenField = z.object({ _csrf: z.string() })

/**
 * Offer tokens to the pages and check the one that comes back.
 * It is a signed double submit: half in a cookie, half in the form, both under our signature, so an anonymous visitor
 * needs no stored session. Once somebody is signed in it is bound to that session's id and dies with it.
 */
export function csrf(settings: Settings): {
  offerToken: RequestHandler
  requireToken: RequestHandler
} {
  const { generateCsrfToken, doubleCsrfProtection, validateRequest } = doubleCsrf({
    getSecret: () => settings.sessionSecrets,
    getSessionIdentifier: (req) => (req.user ? req.sessionID : ''),
    cookieName: cookieName(settings, 'csrf'),
    cookieOptions: cookieFlags(settings),
    // A page of another site can't set this header: its browser first sends a preflight, and middleware/cors.ts allows listed origins alone.
    getCsrfTokenFromRequest: (req) =>
      req.get('X-CSRF-Token') ?? tokenField.safeParse(req.body).data?._csrf,
  })
  return {
    offerToken: function offerToken(req: Request, res: Response, next) {
      res.locals.csrfToken = () => generateCsrfToken(req, res)
      res.locals.hasToken = () => validateRequest(req)
      next()
    },
    requireToken: doubleCsrfProtection,
  }
}
