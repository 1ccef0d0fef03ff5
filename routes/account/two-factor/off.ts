// GET and POST /account/two-factor/off: no code is asked for any more.
import type { Request, Response } from 'express'
import { renderRefusal } from '../../../middleware/form.ts'
import { record } from '../../../middleware/log/security-events.ts'
import { renewSession } from '../../../middleware/session.ts'
import { requestContext } from '../../../middleware/session/request-context.ts'
import { endTwoFactor, findTwoFactor } from '../../../models/account/two-factor.ts'

export async function show(req: Request, res: Response) {
  const { isOn } = await findTwoFactor(requestContext(req).member.id)
  if (isOn) {
    res.render('account/two-factor/off')
  } else {
    res.redirect(303, '/account/two-factor')
  }
}

export async function submit(req: Request, res: Response) {
  const result = await endTwoFactor(requestContext(req))
  if (result?.ok === false) {
    renderRefusal(req, res, 'account/two-factor/off', result, {})
  } else if (result) {
    record(req, result)
    await renewSession(req, result.value)
    res.flash('two-factor-off')
    res.redirect(303, '/account')
  } else {
    res.redirect(303, '/account/two-factor')
  }
}
