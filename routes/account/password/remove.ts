// GET and POST /account/password/remove: from then on passkeys alone let the member in.
import type { Request, Response } from 'express'
import createError from 'http-errors'
import { passkeySiteOf } from '../../../config/passkeys.ts'
import { renderRefusal } from '../../../middleware/form.ts'
import { record } from '../../../middleware/log/security-events.ts'
import { renewSession } from '../../../middleware/session.ts'
import { requestContext } from '../../../middleware/session/request-context.ts'
import { settingsOf } from '../../../middleware/settings.ts'
import { findPasswordState } from '../../../models/account/passkeys/ways-in.ts'
import { removePassword } from '../../../models/account/password-change/removal.ts'

const VIEW = 'account/password/remove'

export async function show(req: Request, res: Response) {
  requireSite(req)
  const { hasPassword, isRemovable } = await findPasswordState(requestContext(req).member.id)
  if (hasPassword) {
    res.render(VIEW, { isRemovable })
  } else {
    res.redirect(303, '/account/password')
  }
}

export async function submit(req: Request, res: Response) {
  requireSite(req)
  const result = await removePassword(requestContext(req))
  if (result.ok) {
    record(req, result)
    delete req.session.confirmedAt // maybe by the password that counts no more: only a passkey or a code is left to ask for
    await renewSession(req, result.value)
    res.flash('password-removed')
    res.redirect(303, '/account')
  } else {
    renderRefusal(req, res, VIEW, result, { isRemovable: false })
  }
}

// Where browsers refuse passkeys, nobody would get in again.
function requireSite(req: Request): void {
  if (!passkeySiteOf(settingsOf(req))) throw createError(404)
}
