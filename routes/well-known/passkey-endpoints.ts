// GET /.well-known/passkey-endpoints: where password managers lead to make and manage passkeys (a W3C draft names this address).
import type { Request, Response } from 'express'
import createError from 'http-errors'
import { passkeySiteOf } from '../../config/passkeys.ts'
import { settingsOf } from '../../middleware/settings.ts'

export function show(req: Request, res: Response) {
  const site = passkeySiteOf(settingsOf(req))
  if (!site) throw createError(404)
  const page = `${site.origin}/account/passkeys`
  res.type('application/json').send(JSON.stringify({ enroll: page, manage: page }))
}
