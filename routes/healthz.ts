// GET /healthz: this process is alive and answers; it says nothing about the database.
import type { Request, Response } from 'express'

export function show(_req: Request, res: Response) {
  res.set('Cache-Control', 'no-store').json({ status: 'ok' })
}
