// GET /captcha: a new picture; its text waits in the session, on the server.
import type { Request, Response } from 'express'
import { pictureSecurityPolicy } from '../config/security.ts'
import { CAPTCHA_TTL } from '../config/session.ts'
import { choosePicture } from '../middleware/form/captcha.ts'

export async function show(req: Request, res: Response) {
  const { drawCaptcha } = await import('../lib/captcha/picture.ts') // not while the site starts: the first page waits for that
  const picture = drawCaptcha(choosePicture(req))
  res.set('Cache-Control', 'no-store')
  res.set('Content-Security-Policy', pictureSecurityPolicy)
  res.picture(picture, CAPTCHA_TTL / 1000)
}
