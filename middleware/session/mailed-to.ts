// The address that a link was just asked for, so that the next page can say where to look for it.
import type { Request } from 'express'
import { keepShort } from '../session.ts'

/** Keep the address for the next page. It is what was typed: whether anybody has it shows nowhere (ASVS 6.3.8). */
export function rememberMailedTo(req: Request, email: string): void {
  req.session.mailedTo = email
  keepShort(req)
}

/** The address, once. */
export function takeMailedTo(req: Request): string | undefined {
  const { mailedTo } = req.session
  delete req.session.mailedTo
  return mailedTo
}
