// GET and POST /account/passkeys/:id: one passkey gets another name, or is removed.
import type { Request, Response } from 'express'
import createError from 'http-errors'
import { readForm } from '../../../lib/form.ts'
import { renderRefusal } from '../../../middleware/form.ts'
import { record } from '../../../middleware/log/security-events.ts'
import { renewSession } from '../../../middleware/session.ts'
import { requestContext } from '../../../middleware/session/request-context.ts'
import {
  findPasskeys,
  passkeyName,
  removePasskey,
  renamePasskey,
  type Passkey,
} from '../../../models/account/passkeys.ts'

const VIEW = 'account/passkeys/id'

export async function show(req: Request, res: Response) {
  res.render(VIEW, { passkey: await requirePasskey(req) })
}

export async function submit(req: Request, res: Response) {
  const passkey = await requirePasskey(req)
  if ('name' in ((req.body ?? {}) as object)) {
    await rename(req, res, passkey)
  } else {
    await remove(req, res, passkey)
  }
}

async function rename(req: Request, res: Response, passkey: Passkey) {
  const form = readForm(req.body, passkeyName)
  if (form.ok) {
    await renamePasskey(requestContext(req).member.id, passkey.id, form.value)
    res.redirect(303, '/account/passkeys')
  } else {
    renderRefusal(req, res, VIEW, form, { passkey, typed: form.typed })
  }
}

async function remove(req: Request, res: Response, passkey: Passkey) {
  const result = await removePasskey(passkey.id, requestContext(req))
  if (result.ok) {
    record(req, result)
    await renewSession(req, result.value)
    res.flash('passkey-removed')
    res.redirect(303, '/account/passkeys')
  } else {
    renderRefusal(req, res, VIEW, result, { passkey })
  }
}

// Of the member's own: somebody else's is not there.
async function requirePasskey(req: Request): Promise<Passkey> {
  const passkeys = await findPasskeys(requestContext(req).member.id)
  const passkey = passkeys.find(({ id }) => id === req.params.id)
  if (!passkey) throw createError(404)
  return passkey
}
