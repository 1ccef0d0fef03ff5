// Mails over SMTP: handed to a mail server within a minute, or not at all.
import { randomUUID } from 'node:crypto'
import { MINUTE } from '../../config/time.ts'

export type Mail = { to: string; subject: string; text: string; html: string; language: string }

/** Takes a mail off the sender's hands. Throws a MailRefused if that failed; unless it is final, it can be tried again. */
export type Mailer = (mail: Mail) => Promise<void>

/** Why a mail was not taken, as a word for the log: the server's own sentence may name the reader. */
export class MailRefused extends Error {
  /** True if the server takes no mail to this recipient, now or later: whoever sends on is taken for a spammer. */
  readonly isFinal: boolean

  constructor(message: string, isFinal: boolean) {
    super(message)
    this.isFinal = isFinal
  }
}

type SmtpError = { command?: string; responseCode?: number; response?: string }

const CONNECT_TIMEOUT = 10_000 // milliseconds
const SILENCE_TIMEOUT = 20_000 // milliseconds
const TIMEOUT = MINUTE // for a mail as a whole, also of a server that answers a byte at a time
const ABOUT_THE_SITE = [500, 501, 502, 503, 504, 530, 534, 535, 538] // no sign-in, no TLS, a command that isn't known
const LOOPBACK = /^(localhost|127\.[\d.]+|\[::1\])$/

/**
 * The way to the mail server at this URL. With smtp:// the connection has to become TLS before anything is said, or it is
 * given up: whoever sits in between could otherwise hide STARTTLS and read the links. Nobody sits in between on this machine's
 * own loopback address: there TLS is used if it is offered, and any certificate will do. Options of nodemailer may stand in the URL (`?requireTLS=false`).
 * Nothing is logged here: nodemailer's log holds addresses and bodies.
 */
export async function transportTo(url: string) {
  const { createTransport } = await import('nodemailer') // for the first mail: no start of the site waits for it
  const { protocol, hostname } = new URL(url)
  const isLoopback = LOOPBACK.test(hostname) && protocol === 'smtp:'
  return createTransport({
    url,
    ...(isLoopback ? { tls: { rejectUnauthorized: false } } : { requireTLS: true }),
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
      throw new MailRefused(wordFor(error), isFinal(error))
    }
  }
}

function wordFor(error: unknown): string {
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown }
  return [code, responseCode]
    .filter((word) => typeof word === 'string' || typeof word === 'number')
    .join(' ')
}

// What is said before a recipient is named, and 5.7.x ("security or policy", RFC 3463: relaying, a block list), is about the
// site: its operator can mend that, and the mails are wanted then.
function isFinal(error: unknown): boolean {
  const { command, responseCode = 0, response = '' } = error as SmtpError
  const isAboutRecipient = command === 'RCPT TO' || command === 'DATA'
  const isAboutSite = ABOUT_THE_SITE.includes(responseCode) || /^\d{3}[ -]5\.7\./.test(response)
  return isAboutRecipient && responseCode >= 500 && !isAboutSite
}
