// GET and POST /dev/mail: the mails that were caught because there is no mail server, and a button that throws them away.
import type { Request, Response } from 'express'
import { textAndLinks } from '../../lib/mail/links.ts'
import { settingsOf } from '../../middleware/settings.ts'
import { emptyMailbox, findCaughtMails } from '../../models/mail/mailbox.ts'
import { untilHandled } from '../../models/mail/outbox.ts'

const TIMEOUT = 2000 // milliseconds for the mail that somebody has come to see

export async function show(req: Request, res: Response) {
  await untilHandled(TIMEOUT)
  const { baseUrl } = settingsOf(req)
  const mails = (await findCaughtMails()).map(({ _id, to, subject, at, text, language }) => {
    return { id: _id.toString(), to, subject, at, language, parts: textAndLinks(text, baseUrl) }
  })
  res.render('dev/mail', { mails })
}

export async function submit(_req: Request, res: Response) {
  await emptyMailbox()
  res.flash('mailbox-emptied')
  res.redirect(303, '/dev/mail')
}
