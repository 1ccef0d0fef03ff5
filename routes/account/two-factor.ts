// GET and POST /account/two-factor: whether a second factor is asked for; its form begins with an app, then confirms it by a code.
import type { Request, Response } from 'express'
import { readForm } from '../../lib/form.ts'
import { renderRefusal } from '../../middleware/form.ts'
import { record } from '../../middleware/log/security-events.ts'
import { renewSession } from '../../middleware/session.ts'
import { requestContext } from '../../middleware/session/request-context.ts'
import {
  appCode,
  beginTwoFactor,
  confirmTwoFactor,
  findTwoFactor,
} from '../../models/account/two-factor.ts'

export async function show(req: Request, res: Response) {
  res.render('account/two-factor', await stateOf(req))
}

export async function submit(req: Request, res: Response) {
  if ('code' in ((req.body ?? {}) as object)) {
    await confirm(req, res)
  } else {
    await begin(req, res)
  }
}

async function begin(req: Request, res: Response) {
  await beginTwoFactor(requestContext(req))
  res.redirect(303, '/account/two-factor')
}

async function confirm(req: Request, res: Response) {
  const form = readForm(req.body, appCode)
  const result = form.ok ? await confirmTwoFactor(form.value, requestContext(req)) : form
  if (result.ok) {
    record(req, result)
    const { member, codes } = result.value
    await renewSession(req, member)
    // In this very answer: kept for another one, they would lie somewhere in clear.
    res.render('account/two-factor/recovery-codes', { codes })
  } else {
    renderRefusal(req, res, 'account/two-factor', result, await stateOf(req))
  }
}

async function stateOf(req: Request) {
  return { twoFactor: await findTwoFactor(requestContext(req).member.id) }
}
