// GET /home: a greeting, with the name for who is signed in.
import type { Request, Response } from 'express'

export function show(_req: Request, res: Response) {
  res.render('home')
}
