// GET /: the site's front door leads to the account, and from there to the sign-in page where needed.
import type { Request, Response } from 'express'

export function show(_req: Request, res: Response) {
  res.redirect(302, '/account')
}
