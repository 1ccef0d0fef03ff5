// GET and POST /login/second-factor: after the right password a code of the app, a recovery code, or a passkey completes the sign-in.
import type { Request, Response } from 'express'
import createError from 'http-errors'
import { z } from 'zod'
import { passkeySiteOf } from '../../config/passkeys.ts'
import { readForm } from '../../lib/form.ts'
import { useOptions } from '../../lib/passkey.ts'
import { rememberFailures } from '../../middleware/answer/failed-attempts.ts'
import { renderRefusal } from '../../middleware/form.ts'
import { localeOf } from '../../middleware/locale.ts'
import { record } from '../../middleware/log/security-events.ts'
import { signIn } from '../../middleware/session.ts'
import { offerChallenge, takeSentChallenge } from '../../middleware/session/challenge.ts'
import { landingOf } from '../../middleware/session/landing.ts'
import { pendingOf, type PendingSignIn } from '../../middleware/session/pending.ts'
import { trustBrowser } from '../../middleware/session/trusted-device.ts'
import { settingsOf } from '../../middleware/settings.ts'
import { callerOf } from '../../middleware/throttle.ts'
import { findPasskeys } from '../../models/account/passkeys.ts'
import {
  codeForm,
  passSecondFactor,
  recoveryForm,
  secondPasskeyForm,
  type Proof,
} from '../../models/sign-in/second-factor.ts'

// Anything but the one word means the app.
const address = z.object({ with: z.literal('recovery-code').optional().catch(undefined) })

export async function show(req: Request, res: Response) {
  const isRecovery = address.parse(req.query).with !== undefined
  res.render('login/second-factor', { isRecovery, ...(await passkeyOffer(req)) })
}

export async function submit(req: Request, res: Response) {
  const pending = requirePending(req)
  const isRecovery = 'recovery' in ((req.body ?? {}) as object)
  const form = isPasskey(req)
    ? readForm(req.body, secondPasskeyForm)
    : readForm(req.body, isRecovery ? recoveryForm : codeForm)
  const waiting = { ...pending, sessionId: req.sessionID, locale: localeOf(res) }
  const result = form.ok
    ? await passSecondFactor(await proofOf(req, form.value), waiting, callerOf(req))
    : form
  if (result.ok) {
    const { member, failures } = result.value
    await signIn(req, member, pending.remember)
    rememberFailures(req, failures)
    record(req, result) // now, with the new session's name
    if (form.ok && form.value.trust) {
      await trustBrowser(req, member.id)
      record(req, { events: [{ event: 'device-trusted', userId: member.id }] })
    }
    res.redirect(303, await landingOf(res, member.id, pending.next))
  } else {
    renderRefusal(req, res, 'login/second-factor', result, {
      isRecovery,
      typed: form.typed,
      ...(await passkeyOffer(req)),
    })
  }
}

function isPasskey(req: Request): boolean {
  return 'credential' in ((req.body ?? {}) as object)
}

async function proofOf(
  req: Request,
  form: z.output<typeof codeForm | typeof recoveryForm | typeof secondPasskeyForm>,
): Promise<Proof> {
  if (!('credential' in form)) return form
  const site = passkeySiteOf(settingsOf(req))
  if (!site) throw createError(404)
  const { credential: use } = form
  return { passkey: { site, use, challenge: await takeSentChallenge(req, use, 'second-factor') } }
}

// What the browser is asked for, if the person has passkeys. Only whoever knows the password is told which.
async function passkeyOffer(req: Request) {
  const site = passkeySiteOf(settingsOf(req))
  const passkeys = site ? await findPasskeys(requirePending(req).member.id) : []
  return site && passkeys.length > 0
    ? { options: useOptions(site, offerChallenge(req, 'second-factor'), passkeys, 'discouraged') }
    : {}
}

function requirePending(req: Request): PendingSignIn {
  const pending = pendingOf(req)
  if (!pending) throw new Error('This page needs the guard "pending"')
  return pending
}
