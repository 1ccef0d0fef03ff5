// GET /account/export: everything that is kept about the member, as one file of JSON.
import type { Request, Response } from 'express'
import { brand } from '../../config/site.ts'
import { record } from '../../middleware/log/security-events.ts'
import { requestContext } from '../../middleware/session/request-context.ts'
import { exportAccount } from '../../models/account/export.ts'

export async function show(req: Request, res: Response) {
  const { member, store } = requestContext(req)
  const exported = await exportAccount(member.id, store)
  record(req, exported)
  res.attachment(`${brand.shortName.toLowerCase()}-account.json`)
  res.type('json').send(JSON.stringify(exported.value, null, 2))
}
