// GET and POST /login/second-factor: after the right password a code of the app, or a recovery code, completes the sign-in.
import type { Request, Response } from 'express'
import { z } from 'zod'
import { readForm } from '../../lib/form.ts'
import { rememberFailures } from '../../middleware/answer/failed-attempts.ts'
import { renderRefusal } from '../../middleware/form.ts'
import { localeOf } from '../../middleware/locale.ts'
import { record } from '../../middleware/log/security-events.ts'
import { signIn } from '../../middleware/session.ts'
import { pendingOf, type PendingSignIn } from '../../middleware/session/pending.ts'
import { trustBrowser } from '../../middleware/session/trusted-device.ts'
import { callerOf } from '../../middleware/throttle.ts'
import { codeForm, passSecondFactor, recoveryForm } from '../../models/sign-in/second-factor.ts'

// Anything but the one word means the app.
const address = z.object({ with: z.literal('recovery-code').optional().catch(undefined) })

export function show(req: Request, res: Response) {
  res.render('login/second-factor', { isRecovery: address.parse(req.query).with !== undefined })
}

export async function submit(req: Request, res: Response) {
  const pending = requirePending(req)
  const isRecovery = 'recovery' in ((req.body ?? {}) as object)
  const form = readForm(req.body, isRecovery ? recoveryForm : codeForm)
  const waiting = { ...pending, sessionId: req.sessionID, locale: localeOf(res) }
  const result = form.ok ? await passSecondFactor(form.value, waiting, callerOf(req)) : form
  if (result.ok) {
    const { member, failures } = result.value
    await signIn(req, member, pending.remember)
    rememberFailures(req, failures)
    record(req, result) // now, with the new session's name
    if (form.ok && form.value.trust) {
      await trustBrowser(req, member.id)
      record(req, { events: [{ event: 'device-trusted', userId: member.id }] })
    }
    res.redirect(303, pending.next)
  } else {
    renderRefusal(req, res, 'login/second-factor', result, { isRecovery, typed: form.typed })
  }
}

function requirePending(req: Request): PendingSignIn {
  const pending = pendingOf(req)
  if (!pending) throw new Error('This page needs the guard "pending"')
  return pending
}
