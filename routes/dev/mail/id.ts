// GET /dev/mail/:id: the HTML of one caught mail, as a mail program would show it.
import type { Request, Response } from 'express'
import createError from 'http-errors'
import { z } from 'zod'
import { mailSecurityPolicy } from '../../../config/security.ts'
import { findCaughtMail } from '../../../models/mail/mailbox.ts'

const address = z.object({ id: z.string().regex(/^[0-9a-f]{24}$/) })

export async function show(req: Request, res: Response) {
  const { success, data } = address.safeParse(req.params)
  const mail = success ? await findCaughtMail(data.id) : undefined
  if (!mail) throw createError(404)
  res.set('Content-Security-Policy', mailSecurityPolicy)
  res.type('html').send(mail.html)
}
