// GET and POST /confirm: a member shows once more who they are, and goes on to what asked for it.
import type { Request, Response } from 'express'
import createError from 'http-errors'
import { z } from 'zod'
import { passkeySiteOf } from '../config/passkeys.ts'
import { readForm } from '../lib/form.ts'
import { useOptions } from '../lib/passkey.ts'
import { nextOf, renderRefusal } from '../middleware/form.ts'
import { record } from '../middleware/log/security-events.ts'
import { renewSession } from '../middleware/session.ts'
import { offerChallenge, takeSentChallenge } from '../middleware/session/challenge.ts'
import { requestContext } from '../middleware/session/request-context.ts'
import { settingsOf } from '../middleware/settings.ts'
import {
  confirmIdentity,
  findWays,
  proofForms,
  type Proof,
  type Way,
} from '../models/account/confirmation.ts'

const FILE = '/account/export'

const wanted = z.object({ with: z.string().optional().catch(undefined) })

export async function show(req: Request, res: Response) {
  res.render('confirm', await stateOf(req, wanted.parse(req.query).with))
}

export async function submit(req: Request, res: Response) {
  const way = wayOf(req)
  const form = readForm(req.body, proofForms[way])
  const result = form.ok
    ? await confirmIdentity(await proofOf(req, form.value), requestContext(req))
    : form
  if (result.ok) {
    req.session.confirmedAt = new Date()
    // A new id, as at every sign-in (ASVS 7.2.4): whoever had come to know the old one must not be taken for somebody who has
    // just confirmed who they are. A password that was changed meanwhile ends the session.
    await renewSession(req, result.value)
    record(req, result)
    goOn(res, nextOf(req))
  } else {
    renderRefusal(req, res, 'confirm', result, await stateOf(req, way))
  }
}

// A file would leave this page where it is, and who wants it would not know what to do: its link is pressed once more.
function goOn(res: Response, next: string) {
  if (next === FILE) res.flash('confirmed')
  res.redirect(303, next === FILE ? '/account' : next)
}

function wayOf(req: Request): Way {
  const body = (req.body ?? {}) as object
  const ways = Object.keys(proofForms) as Way[]
  return ways.find((way) => way in body) ?? 'current'
}

async function proofOf(req: Request, form: z.output<(typeof proofForms)[Way]>): Promise<Proof> {
  if (!('credential' in form)) return form
  const site = passkeySiteOf(settingsOf(req))
  if (!site) throw createError(404)
  const { credential: use } = form
  return { passkey: { site, use, challenge: await takeSentChallenge(req, use, 'confirmation') } }
}

// The way that is wanted, if this member has it, and what the browser is asked for, if they have passkeys that are enough.
async function stateOf(req: Request, wantedWay: string | undefined) {
  const site = passkeySiteOf(settingsOf(req))
  const { ways, passkeys } = await findWays(requestContext(req).member.id)
  const way = ways.find((one) => one === wantedWay) ?? ways[0]
  const offer =
    site && passkeys.length > 0
      ? { options: useOptions(site, offerChallenge(req, 'confirmation'), passkeys) }
      : {}
  return { way, ways, next: nextOf(req), ...offer }
}
