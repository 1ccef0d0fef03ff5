// GET /readyz: whether a balancer should send visitors here; 503 while the database is away or this process is about to stop.
import type { Request, Response } from 'express'
import { readinessOf } from '../middleware/settings.ts'
import { findUnready } from '../models/database/readiness.ts'

export async function show(req: Request, res: Response) {
  const unready = readinessOf(req).isStopping ? 'stopping' : await findUnready()
  res.set('Cache-Control', 'no-store')
  if (unready) {
    res.status(503).json({ status: 'unready', reason: unready })
  } else {
    res.json({ status: 'ready' })
  }
}
