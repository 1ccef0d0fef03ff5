// GET /captcha: a new picture; its text waits in the session, on the server.
import type { Request, Response } from 'express'
import { pictureSecurityPolicy } from '../config/security.ts'
import { CAPTCHA_LIVES } from '../config/session.ts'
import { chooseCaptchaText, drawCaptcha } from '../lib/captcha.ts'
import { save } from '../middleware/session.ts'
import { settingsOf } from '../middleware/settings.ts'

export async function show(req: Request, res: Response) {
  const { captcha } = settingsOf(req)
  const text = captcha.mode === 'fixed' ? captcha.text : chooseCaptchaText()
  req.session.captcha = { text, expires: new Date(Date.now() + CAPTCHA_LIVES) }
  // An anonymous visitor's session holds just this and lives no longer.
  if (!req.user) req.session.cookie.maxAge = CAPTCHA_LIVES
  await save(req)
  res.set('Cache-Control', 'no-store')
  res.set('Content-Security-Policy', pictureSecurityPolicy)
  res.type('image/svg+xml').send(drawCaptcha(text))
}
