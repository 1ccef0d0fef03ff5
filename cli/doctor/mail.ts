// Mail: whether a server takes the site's mails.
import type { Settings } from '../../config/env.ts'
import { transportTo } from '../../lib/mail/smtp.ts'
import { Findings, type Finding } from './finding.ts'

/** Connect to the mail server and sign in there, by the very way that mails take; no mail is sent. */
export async function checkMail({ smtpUrl }: Settings): Promise<Finding[]> {
  const findings = new Findings('mail')
  if (smtpUrl === undefined) {
    return findings.orOk('SMTP_URL is not set: mails are caught and shown at /dev/mail.')
  }
  const transport = await transportTo(smtpUrl)
  const host = URL.canParse(smtpUrl) ? new URL(smtpUrl).host : 'The mail server' // never its password
  try {
    await transport.verify()
  } catch (error) {
    const { code = 'unknown reason', message } = error as NodeJS.ErrnoException
    const todo = /certificate/i.test(message)
      ? 'Its certificate is not trusted. If an authority of your own signed it: NODE_EXTRA_CA_CERTS=/path/to/ca.pem'
      : code === 'EAUTH'
        ? 'Check user and password in SMTP_URL; special characters have to be percent-encoded.'
        : 'Check host, port and protocol (smtp:// or smtps://) in SMTP_URL, and that no firewall is in between.'
    findings.wrong(`${host} does not take mails (${code}).`, todo)
  } finally {
    transport.close()
  }
  return findings.orOk(`${host} takes mails.`)
}
