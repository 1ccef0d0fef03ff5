// GET /readyz: whether a balancer should send visitors here; 503 while the database is away or this process is about to stop.
import type { Request, Response } from 'express'
import { readinessOf } from '../middleware/settings.ts'
import { findReadiness } from '../models/database/readiness.ts'

export async function show(req: Request, res: Response) {
  const found = await findReadiness()
  const unready = readinessOf(req).isStopping ? 'stopping' : found.unready
  res.logged = { diskFree: found.diskFree } // in the log and not in the answer, which anybody may ask for
  res.set('Cache-Control', 'no-store')
  if (unready) {
    res.status(503).json({ status: 'unready', reason: unready })
  } else {
    res.json({ status: 'ready' })
  }
}
