// GET and POST /account/passkeys: the passkeys of the member; its form takes a new one.
import type { Request, Response } from 'express'
import createError from 'http-errors'
import { passkeySiteOf, type PasskeySite } from '../../config/passkeys.ts'
import { readForm } from '../../lib/form.ts'
import { creationOptions } from '../../lib/passkey.ts'
import { renderRefusal } from '../../middleware/form.ts'
import { record } from '../../middleware/log/security-events.ts'
import { renewSession } from '../../middleware/session.ts'
import { offerChallenge, takeSentChallenge } from '../../middleware/session/challenge.ts'
import { requestContext } from '../../middleware/session/request-context.ts'
import { settingsOf } from '../../middleware/settings.ts'
import {
  addPasskey,
  findPasskeys,
  newPasskey,
  passkeySignals,
} from '../../models/account/passkeys.ts'

export async function show(req: Request, res: Response) {
  res.render('account/passkeys', await stateOf(req))
}

export async function submit(req: Request, res: Response) {
  const site = passkeySiteOf(settingsOf(req))
  if (!site) throw createError(404)
  const form = readForm(req.body, newPasskey)
  const result = form.ok ? await take(req, site, form.value.credential) : form
  if (result.ok) {
    record(req, result)
    await renewSession(req, result.value)
    res.flash('passkey-added')
    res.redirect(303, '/account/passkeys')
  } else {
    renderRefusal(req, res, 'account/passkeys', result, await stateOf(req))
  }
}

async function take(req: Request, site: PasskeySite, credential: Parameters<typeof addPasskey>[0]) {
  const challenge = await takeSentChallenge(req, credential, 'creation')
  return addPasskey(credential, challenge, site, requestContext(req))
}

// The challenge is given out behind the page's guard alone, so whoever has it signed was there lately.
async function stateOf(req: Request) {
  const { member } = requestContext(req)
  const site = passkeySiteOf(settingsOf(req))
  const passkeys = await findPasskeys(member.id)
  if (!site) return { passkeys, isPossible: false }
  return {
    passkeys,
    isPossible: true,
    signals: passkeySignals(site, member, passkeys),
    options: creationOptions(site, member, offerChallenge(req, 'creation'), passkeys),
  }
}
