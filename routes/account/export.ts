// GET /account/export: everything that is kept about the person, as one file of JSON.
import type { Request, Response } from 'express'
import { logEvent } from '../../middleware/log/security-events.ts'
import { requestContext } from '../../middleware/session/request-context.ts'
import { exportAccount } from '../../models/account/export.ts'

export async function show(req: Request, res: Response) {
  const { member, store, sessionId } = requestContext(req)
  const everything = await exportAccount(member.id, store, sessionId)
  logEvent(req, 'data-exported')
  res.attachment('sesame-account.json')
  res.type('json').send(JSON.stringify(everything, null, 2))
}
