// GET and POST /account/two-factor/recovery-codes: ten new recovery codes, shown once, and the same as a file.
import type { Request, Response } from 'express'
import createError from 'http-errors'
import { z } from 'zod'
import { record } from '../../../middleware/log/security-events.ts'
import { renewSession } from '../../../middleware/session.ts'
import { requestContext } from '../../../middleware/session/request-context.ts'
import { findTwoFactor, renewRecoveryCodes } from '../../../models/account/two-factor.ts'
import { RECOVERY_CODE } from '../../../models/account/two-factor/recovery-codes.ts'

const VIEW = 'account/two-factor/recovery-codes'

// The page that shows the codes sends them back for the file: they are kept nowhere else, and stand in no address.
const shown = z.object({
  codes: z
    .string()
    .transform((text) => text.split(' '))
    .pipe(z.array(z.string().regex(RECOVERY_CODE)).max(10)),
})

/** True but for the file: it holds what the page before has shown, which is never shown again. */
export function isDangerous(req: Request): boolean {
  return !asksForFile(req)
}

export async function show(req: Request, res: Response) {
  const { isOn } = await findTwoFactor(requestContext(req).member.id)
  if (isOn) {
    res.render(VIEW)
  } else {
    res.redirect(303, '/account/two-factor')
  }
}

export async function submit(req: Request, res: Response) {
  if (asksForFile(req)) {
    sendFile(req, res)
  } else {
    await renew(req, res)
  }
}

function asksForFile(req: Request): boolean {
  return 'codes' in ((req.body ?? {}) as object)
}

function sendFile(req: Request, res: Response) {
  const { success, data } = shown.safeParse(req.body)
  if (!success) throw createError(422)
  res.attachment('sesame-recovery-codes.txt')
  res.set('Cache-Control', 'no-store')
  res.type('text/plain; charset=utf-8').send(`${data.codes.join('\n')}\n`)
}

async function renew(req: Request, res: Response) {
  const result = await renewRecoveryCodes(requestContext(req))
  if (result) {
    record(req, result)
    const { member, codes } = result.value
    await renewSession(req, member)
    res.render(VIEW, { codes })
  } else {
    res.redirect(303, '/account/two-factor')
  }
}
