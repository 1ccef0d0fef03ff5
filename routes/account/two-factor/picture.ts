// GET /account/two-factor/picture: the key of an app that is being set up, as a QR code.
import type { Request, Response } from 'express'
import createError from 'http-errors'
import { pictureSecurityPolicy } from '../../../config/security.ts'
import { requestContext } from '../../../middleware/session/request-context.ts'
import { findTwoFactor } from '../../../models/account/two-factor.ts'

const MARGIN = 4 // modules, as a scanner needs them (ISO/IEC 18004)

export async function show(req: Request, res: Response) {
  const { pending } = await findTwoFactor(requestContext(req).member.id)
  if (!pending) throw createError(404)
  const { encodeQR } = await import('qr') // few people ever need it
  res.set('Cache-Control', 'no-store')
  res.set('Content-Security-Policy', pictureSecurityPolicy)
  res.type('svg').send(encodeQR(pending.address, 'svg', { border: MARGIN }))
}
