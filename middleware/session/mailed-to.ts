// The address that a link was just asked for, so that the next page can say where to look for it.
import type { Request } from 'express'
import { CAPTCHA_TTL } from '../../config/session.ts'

/** Keep the address for the next page. It is what was typed: whether anybody has it shows nowhere (ASVS 6.3.8). */
export function rememberMailedTo(req: Request, email: string): void {
  req.session.mailedTo = email
  // Without a captcha this is all that an anonymous visitor's session holds; it lives no longer than one.
  if (!req.user) req.session.cookie.maxAge = CAPTCHA_TTL
}

/** The address, once. */
export function takeMailedTo(req: Request): string | undefined {
  const { mailedTo } = req.session
  delete req.session.mailedTo
  return mailedTo
}
