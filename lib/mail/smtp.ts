// Mails over SMTP: handed to a mail server within a minute, or not at all.
import { randomUUID } from 'node:crypto'
import { MINUTE } from '../../config/time.ts'

export type Mail = { to: string; subject: string; text: string; html: string; language: string }

/** Takes a mail off the sender's hands. Throws a MailRefused if that failed; then it can be tried again. */
export type Mailer = (mail: Mail) => Promise<void>

/** Why a mail was not taken, as a word for the log: the server's own sentence may name the reader. */
export class MailRefused extends Error {}

const CONNECT_TIMEOUT = 10_000 // milliseconds
const SILENCE_TIMEOUT = 20_000 // milliseconds
const TIMEOUT = MINUTE // for a mail as a whole, also of a server that answers a byte at a time
const LOOPBACK = /^(localhost|127\.[\d.]+|\[::1\])$/

/**
 * The way to the mail server at this URL. With smtp:// the connection has to become TLS before anything is said, or it is
 * given up: who sits in between could otherwise hide STARTTLS and read the links. Only on this machine's own loopback
 * address it stays as it is. Options of nodemailer may stand in the URL (`?requireTLS=false`).
 * Nothing is logged here: nodemailer's log holds addresses and bodies.
 */
export async function transportTo(url: string) {
  const { createTransport } = await import('nodemailer') // for the first mail: no start of the site waits for it
  const isLoopback = LOOPBACK.test(new URL(url).hostname)
  return createTransport({
    url,
    ...(isLoopback ? { ignoreTLS: true } : { requireTLS: true }),
    connectionTimeout: CONNECT_TIMEOUT,
    greetingTimeout: CONNECT_TIMEOUT,
    socketTimeout: SILENCE_TIMEOUT,
    logger: false,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
}

/** Send through the server at this URL, from this sender; `host` is the site's, for the mails' ids. */
export function smtpMailer(
  url: string,
  from: { name: string; address: string },
  host: string,
): Mailer {
  let transport: ReturnType<typeof transportTo> | undefined
  return async ({ to, subject, text, html, language }) => {
    try {
      transport ??= transportTo(url)
      await (
        await transport
      ).sendMail({
        from,
        to: { name: '', address: to }, // not as text, which may name several
        subject,
        text,
        html,
        messageId: `<${randomUUID()}@${host}>`,
        headers: {
          'Auto-Submitted': 'auto-generated', // RFC 3834: no mailbox's absence note comes back
          'Content-Language': language,
        },
        signal: AbortSignal.timeout(TIMEOUT),
      })
    } catch (error) {
      throw new MailRefused(wordFor(error))
    }
  }
}

function wordFor(error: unknown): string {
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown }
  return [code, responseCode]
    .filter((word) => typeof word === 'string' || typeof word === 'number')
    .join(' ')
}
