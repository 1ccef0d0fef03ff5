// Mail: whether a server takes the site's mails.
import { Readable } from 'node:stream'
import type { Settings } from '../../config/env.ts'
import { sesame } from '../../config/paths.ts'
import { transportTo } from '../../lib/mail/smtp.ts'
import { Findings, todoOfCertificate, type Finding } from './finding.ts'

type Transport = Awaited<ReturnType<typeof transportTo>>
type SmtpError = NodeJS.ErrnoException & { command?: string; responseCode?: number }

/**
 * Connect to the mail server, sign in there, and name sender and recipient, by the very way that mails take; no mail is sent.
 * The recipient is the sender: nobody else's address is told to anybody.
 */
export async function checkMail({ smtpUrl, mailFrom }: Settings): Promise<Finding[]> {
  const findings = new Findings('mail')
  if (smtpUrl === undefined) {
    return findings.orOk('SMTP_URL is not set: mails are caught and shown at /dev/mail.')
  }
  const transport = await transportTo(smtpUrl)
  const host = URL.canParse(smtpUrl) ? new URL(smtpUrl).host : 'The mail server' // never its password
  const address = mailFrom?.address ?? ''
  try {
    await transport.verify()
    if (mailFrom) await nameSenderAndRecipient(transport, address)
  } catch (error) {
    const { code = 'unknown reason', message, command, responseCode } = error as SmtpError
    if (command === 'RCPT TO' && responseCode !== undefined) {
      findings.warning(
        `${host} takes no mail to ${address} (${responseCode}), so answers to the site's mails do not arrive.`,
        `Check that it takes mails to others: ${sesame} mail test ADDRESS`,
      )
      return findings.all
    }
    if (command === 'MAIL FROM') {
      findings.wrong(
        `${host} does not take mails from ${address} (${responseCode ?? code}).`,
        'Check MAIL_FROM, and whether the server wants user and password in SMTP_URL.',
      )
      return findings.all
    }
    const todo =
      code === 'EAUTH'
        ? 'Check user and password in SMTP_URL; special characters have to be percent-encoded.'
        : 'Check host, port and protocol (smtp:// or smtps://) in SMTP_URL, and that no firewall is in between.'
    findings.wrong(`${host} does not take mails (${code}).`, todoOfCertificate(message) ?? todo)
  } finally {
    transport.close()
  }
  return findings.orOk(`${host} takes mails.`)
}

// By a mail whose text breaks off at once: it is read only when sender and recipient have been taken, and nothing is delivered.
async function nameSenderAndRecipient(transport: Transport, address: string): Promise<void> {
  const { default: Connection } = await import('nodemailer/lib/smtp-connection')
  const { options } = transport
  const connection = new Connection(options)
  let isTaken = false
  const text = new Readable({
    read: () => {
      isTaken = true
      text.destroy(new Error('The doctor sends no mail'))
    },
  })
  try {
    await new Promise<void>((resolve, reject) => {
      const done = (error?: Error | null) => {
        if (error && !isTaken) reject(error)
        else resolve()
      }
      const send = () => connection.send({ from: address, to: [address] }, text, done)
      connection.once('error', done)
      connection.connect((error) => {
        if (error) done(error)
        else if (options.auth)
          connection.login(options.auth, (failed) => (failed ? done(failed) : send()))
        else send()
      })
    })
  } finally {
    connection.close()
  }
}
