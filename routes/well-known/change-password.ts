// GET /.well-known/change-password: where password managers lead to the form (a W3C draft names this address).
import type { Request, Response } from 'express'

export function show(_req: Request, res: Response) {
  res.redirect(302, '/account/password')
}
