// GET /account/activity: the last things that happened at the account, and its sign-ins of each day.
import type { Request, Response } from 'express'
import { deviceOf } from '../../lib/http/device.ts'
import { requestContext } from '../../middleware/session/request-context.ts'
import { findActivity } from '../../models/account/activity.ts'

const SHOWN = 50

export async function show(req: Request, res: Response) {
  const { events, days } = await findActivity(requestContext(req).member.id)
  res.render('account/activity', {
    days,
    events: events.slice(0, SHOWN).map((one) => ({ ...one, device: deviceOf(one.agent) })),
  })
}
