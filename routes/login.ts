// GET and POST /login: a name, a password and a captcha become a session, or lead to the second factor.
import type { Request, Response } from 'express'
import { passkeySiteOf } from '../config/passkeys.ts'
import { readForm, type FieldErrors } from '../lib/form.ts'
import { offerCaptcha } from '../middleware/form/captcha.ts'
import { rememberFailures } from '../middleware/answer/failed-attempts.ts'
import { checkForm, nextOf, renderRefusal } from '../middleware/form.ts'
import { record } from '../middleware/log/security-events.ts'
import { signIn } from '../middleware/session.ts'
import { landingOf } from '../middleware/session/landing.ts'
import { beginPending } from '../middleware/session/pending.ts'
import { sentTrust } from '../middleware/session/trusted-device.ts'
import { callerOf } from '../middleware/throttle.ts'
import { authenticate, credentials } from '../models/sign-in.ts'
import { hasFailedLately, noteFailure } from '../models/sign-in/throttle.ts'
import { settingsOf } from '../middleware/settings.ts'

export async function show(req: Request, res: Response) {
  const { registeredAs } = req.session
  if (registeredAs !== undefined) res.locals.typed ??= { username: registeredAs }
  res.render('login', { next: nextOf(req), ...offerOf(req), ...(await captchaOf(req)) })
}

export async function submit(req: Request, res: Response) {
  const { username = '' } = readForm(req.body, credentials).typed
  const form = await checkForm(req, credentials, await isCaptchaAsked(req, username))
  const result = form.ok ? await authenticate(form.value, callerOf(req), sentTrust(req)) : form
  if (result.ok) {
    const { member, failures, isPending } = result.value
    const remember = form.ok && form.value.remember
    if (isPending) {
      await beginPending(req, member, { typedName: username, remember, next: nextOf(req) })
    } else {
      await signIn(req, member, remember)
      rememberFailures(req, failures)
    }
    record(req, result) // now, with the new session's name
    const { id } = member
    res.redirect(303, isPending ? '/login/second-factor' : await landingOf(res, id, nextOf(req)))
  } else {
    if (form.ok && asksAfterFailures(req)) await noteFailure(callerOf(req), username)
    renderRefusal(req, res, 'login', result, {
      typed: form.typed,
      next: nextOf(req),
      ...offerOf(req),
      ...(await captchaOf(req, username, result.errors)),
    })
  }
}

function offerOf(req: Request) {
  return { offersPasskeys: passkeySiteOf(settingsOf(req)) !== undefined }
}

async function captchaOf(req: Request, username?: string, errors?: FieldErrors) {
  return (await isCaptchaAsked(req, username)) ? offerCaptcha(req, errors) : {}
}

async function isCaptchaAsked(req: Request, username?: string): Promise<boolean> {
  return !asksAfterFailures(req) || (await hasFailedLately(callerOf(req), username))
}

function asksAfterFailures(req: Request): boolean {
  return settingsOf(req).captcha.mode === 'failures'
}
