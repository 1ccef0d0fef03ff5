// GET and POST /login/passkey: a passkey alone becomes a session. /login gets its challenge from here too, by a script.
import type { Request, Response } from 'express'
import createError from 'http-errors'
import type { z } from 'zod'
import { passkeySiteOf, type PasskeySite } from '../../config/passkeys.ts'
import { readForm } from '../../lib/form.ts'
import { useOptions } from '../../lib/passkey.ts'
import { rememberFailures } from '../../middleware/answer/failed-attempts.ts'
import { nextOf, renderRefusal } from '../../middleware/form.ts'
import { record } from '../../middleware/log/security-events.ts'
import { signIn } from '../../middleware/session.ts'
import { offerChallenge, takeSentChallenge } from '../../middleware/session/challenge.ts'
import { landingOf } from '../../middleware/session/landing.ts'
import { settingsOf } from '../../middleware/settings.ts'
import { callerOf } from '../../middleware/throttle.ts'
import type { Refused } from '../../models/result.ts'
import { authenticateByPasskey, passkeyForm } from '../../models/sign-in/passkey.ts'

export function show(req: Request, res: Response) {
  const site = requireSite(req)
  res.render('login/passkey', { ...offerOf(req, site), remember: '' })
}

export async function submit(req: Request, res: Response) {
  const site = requireSite(req)
  const form = readForm(req.body, passkeyForm)
  const result = form.ok
    ? await authenticateByPasskey(await answerOf(req, site, form.value), callerOf(req))
    : form
  if (result.ok) {
    const { member, failures } = result.value
    await signIn(req, member, form.ok && form.value.remember)
    rememberFailures(req, failures)
    record(req, result) // now, with the new session's name
    res.redirect(303, await landingOf(res, member.id, nextOf(req)))
  } else {
    const { remember = '' } = form.typed
    const unknown = form.ok && isUnknown(result) ? form.value.credential.id : undefined
    renderRefusal(req, res, 'login/passkey', result, {
      ...offerOf(req, site),
      remember,
      // The browser may forget it. Nobody learns from this who has an account: only an authenticator knows the id.
      ...(unknown
        ? { signals: { signalUnknownCredential: { rpId: site.id, credentialId: unknown } } }
        : {}),
    })
  }
}

function requireSite(req: Request): PasskeySite {
  const site = passkeySiteOf(settingsOf(req))
  if (!site) throw createError(404)
  return site
}

async function answerOf(
  req: Request,
  site: PasskeySite,
  { credential: use }: z.output<typeof passkeyForm>,
) {
  return { site, use, challenge: await takeSentChallenge(req, use, 'sign-in') }
}

function isUnknown({ events = [] }: Partial<Refused>): boolean {
  return events.some(({ reason }) => reason === 'unknown-passkey')
}

function offerOf(req: Request, site: PasskeySite) {
  return { options: useOptions(site, offerChallenge(req, 'sign-in')), next: nextOf(req) }
}
