// GET /maintenance/:token: the link of whoever has closed the site, which lets this browser in until it is open again.
import type { Request, Response } from 'express'
import { cookieFlags, cookieName } from '../../config/session.ts'
import { hideAddress, tokenOf } from '../../middleware/mailed-link.ts'
import { settingsOf } from '../../middleware/settings.ts'

export function show(req: Request, res: Response) {
  const settings = settingsOf(req)
  // Whether it counts is looked at with each page: a wrong one opens nothing, and one of before no more.
  res.cookie(cookieName(settings, 'bypass'), tokenOf(req), cookieFlags(settings))
  hideAddress(res)
  res.redirect(303, '/home')
}
