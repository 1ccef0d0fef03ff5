// GET /home: a greeting, with the name of a member.
import type { Request, Response } from 'express'

export function show(_req: Request, res: Response) {
  res.render('home')
}
