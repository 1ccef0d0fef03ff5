// One letter's way: written, handed to the mail server, and out of the outbox; or put back for later, or given up.
import type { Settings } from '../../config/env.ts'
import { isDatabaseAway } from '../../lib/mongodb/away.ts'
import { MailRefused, smtpMailer, type Mailer } from '../../lib/mail/smtp.ts'
import { compose } from './letter.ts'
import { catchMail } from './mailbox.ts'
import { isTooLate, putBack, removeLetter, type OutboxEntry } from './outbox.ts'

/** Where the sending is told of: kind and user, never an address, a link, or a mail server's sentence, which may repeat both. */
export type Log = Record<'debug' | 'warn' | 'error', (fields: object, message: string) => void>

/** What takes the mails: the mail server of the settings, or, without one, the mailbox of caught mails. */
export function mailerOf({ smtpUrl, mailFrom, baseUrl }: Settings): Mailer {
  return smtpUrl !== undefined && mailFrom !== undefined
    ? smtpMailer(smtpUrl, mailFrom, new URL(baseUrl).hostname)
    : catchMail
}

/** Deal with a letter that was taken out of the outbox. Throws only if the database is away: then it is due again by itself. */
export async function deliver(
  entry: OutboxEntry,
  mailer: Mailer,
  baseUrl: string,
  log: Log,
): Promise<void> {
  const { letter, attempts } = entry
  const { kind } = letter
  let userId = 'userId' in letter ? letter.userId : undefined
  try {
    if (isTooLate(entry)) {
      log.warn({ mail: 'given-up', kind, userId, attempts }, 'A mail was not taken for too long')
    } else {
      const composed = await compose(entry, baseUrl)
      userId = composed.userId
      if (composed.ok) {
        await mailer(composed.mail)
        log.debug({ mail: 'sent', kind, userId }, 'A mail was sent')
      } else if (composed.reason === 'no-address') {
        log.warn({ mail: 'no-address', kind, userId }, 'A mail has no address it could go to')
      }
    }
    await removeLetter(entry)
  } catch (error) {
    if (isDatabaseAway(error)) throw error
    const line = { mail: 'failed', kind, userId, attempts }
    if (error instanceof MailRefused) {
      log.warn({ ...line, reason: error.message }, 'A mail was not taken; it is tried again')
    } else {
      log.error({ ...line, err: error }, 'A mail could not be written; it is tried again')
    }
    await putBack(entry)
  }
}
