// GET and POST /account/two-factor/recovery-codes: ten new recovery codes, shown once, and the same as a file.
import type { Request, Response } from 'express'
import { z } from 'zod'
import { readForm } from '../../../lib/form.ts'
import { renderRefusal } from '../../../middleware/form.ts'
import { record } from '../../../middleware/log/security-events.ts'
import { renewSession } from '../../../middleware/session.ts'
import { requestContext } from '../../../middleware/session/request-context.ts'
import { confirmation } from '../../../models/account/confirm-password.ts'
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

export async function show(req: Request, res: Response) {
  const { isOn } = await findTwoFactor(requestContext(req).member.id)
  if (isOn) {
    res.render(VIEW)
  } else {
    res.redirect(303, '/account/two-factor')
  }
}

export async function submit(req: Request, res: Response) {
  const { success, data } = shown.safeParse(req.body)
  if (success) {
    sendFile(res, data.codes)
  } else {
    await renew(req, res)
  }
}

function sendFile(res: Response, codes: string[]) {
  res.attachment('sesame-recovery-codes.txt')
  res.set('Cache-Control', 'no-store')
  res.type('text/plain; charset=utf-8').send(`${codes.join('\n')}\n`)
}

async function renew(req: Request, res: Response) {
  const form = readForm(req.body, confirmation)
  const result = form.ok ? await renewRecoveryCodes(form.value, requestContext(req)) : form
  if (result.ok) {
    record(req, result)
    const { member, codes } = result.value
    await renewSession(req, member)
    res.render(VIEW, { codes })
  } else {
    renderRefusal(req, res, VIEW, result, {})
  }
}
