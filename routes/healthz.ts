// GET /healthz: this process is alive and answers; it says nothing about the database.
import type { Request, Response } from 'express'
import { version } from '../config/version.ts'
import { isLocal } from '../middleware/address/local.ts'

export function show(req: Request, res: Response) {
  // The version for this machine alone: whoever else knew it could look up what is known against it (ASVS 13.4.6).
  const details = isLocal(req) ? { version } : {}
  res.set('Cache-Control', 'no-store').json({ status: 'ok', ...details })
}
