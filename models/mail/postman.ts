// Sends the letters of the outbox, one after the other, for as long as the site runs.
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import type { Settings } from '../../config/env.ts'
import { isDatabaseAway } from '../../lib/mongodb/away.ts'
import { MailRefused, smtpMailer, type Mail, type Mailer } from '../../lib/mail/smtp.ts'
import { compose } from './letter.ts'
import { catchMail } from './mailbox.ts'
import { forgetRefusal, noteRefusal } from './refused-address.ts'
import {
  isTooLate,
  nextDue,
  outboxEvents,
  putBack,
  removeLetter,
  takeLetter,
  type OutboxEntry,
} from './outbox.ts'

const LOOK_EVERY = 2000 // milliseconds, for letters that another process put in
const AFTER_ACCIDENT = 2000 // milliseconds: a database that is away is tried no faster
const STOP_TIMEOUT = 6000 // milliseconds: with what follows it, a stop takes less than ten seconds

/** Where each letter's way is logged: kind and user, never an address, a link, or a mail server's sentence, which may repeat both. */
export type Log = Record<'debug' | 'warn' | 'error', (fields: object, message: string) => void>

export class Postman {
  private readonly mailer: Mailer
  private readonly settings: Settings
  private readonly log: Log
  private readonly running: Promise<void>
  private round = new AbortController()
  private stopped = false

  /** Start sending. Nothing here throws: what fails is logged and tried again. */
  constructor(settings: Settings, log: Log) {
    this.mailer = mailerOf(settings)
    this.settings = settings
    this.log = log
    this.running = this.run()
  }

  /** Stop, after the letter that is being sent; if that takes too long, whoever sends next tries it again. */
  async stop(): Promise<void> {
    this.stopped = true
    this.round.abort()
    const finished = new AbortController()
    const timeout = setTimeout(STOP_TIMEOUT, undefined, finished)
    await Promise.race([this.running, timeout])
    timeout.catch(() => undefined)
    finished.abort()
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      this.round = new AbortController()
      const { signal } = this.round
      // Listening before looking: a letter that is put in between would lie until the next look.
      const called = once(outboxEvents, 'queued', { signal })
      called.catch(() => undefined)
      const pause = await this.sendAll(signal)
      const rested = setTimeout(pause, undefined, { signal, ref: false })
      await Promise.race([called, rested]).catch(() => undefined)
      this.round.abort()
    }
  }

  // Returns how many milliseconds later it makes sense to look again.
  private async sendAll(signal: AbortSignal): Promise<number> {
    try {
      while (!signal.aborted) {
        const entry = await takeLetter()
        if (!entry) break
        await deliver(entry, this.mailer, this.settings, this.log)
      }
      const due = await nextDue()
      return Math.min(Math.max(due ? due.getTime() - Date.now() : LOOK_EVERY, 0), LOOK_EVERY)
    } catch (error) {
      if (!isDatabaseAway(error)) this.log.error({ err: error }, 'The outbox can not be read')
      return AFTER_ACCIDENT
    }
  }
}

// What takes the mails: the mail server of the settings, or, without one, the mailbox of caught mails.
function mailerOf({ smtpUrl, mailFrom, baseUrl }: Settings): Mailer {
  return smtpUrl !== undefined && mailFrom !== undefined
    ? smtpMailer(smtpUrl, mailFrom, new URL(baseUrl).hostname)
    : catchMail
}

// Send a letter that was taken out of the outbox, put it back for later, or give it up: where the recipient is refused, at once. Throws only if the database is away:
// then it is due again by itself.
async function deliver(
  entry: OutboxEntry,
  mailer: Mailer,
  settings: Settings,
  log: Log,
): Promise<void> {
  const { letter, attempts } = entry
  const { kind } = letter
  let userId = 'userId' in letter ? letter.userId : undefined
  try {
    if (isTooLate(entry)) {
      log.warn({ mail: 'given-up', kind, userId, attempts }, 'A mail was not taken for too long')
    } else {
      const composed = await compose(entry, settings)
      userId = composed.userId
      if (composed.ok) {
        const { userId, mail } = composed
        const refusal = await send(mail, mailer)
        if (refusal) {
          const reason = refusal.message
          log.warn(
            { mail: 'refused', kind, userId, attempts, reason },
            'A mail was refused for good',
          )
          if (userId !== undefined) await noteRefusal(userId, mail.to)
        } else {
          log.debug({ mail: 'sent', kind, userId }, 'A mail was sent')
          if (userId !== undefined) await forgetRefusal(userId, mail.to)
        }
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

// Returns the refusal that is final; one that can be tried again is thrown.
async function send(mail: Mail, mailer: Mailer): Promise<MailRefused | undefined> {
  try {
    await mailer(mail)
    return undefined
  } catch (error) {
    if (error instanceof MailRefused && error.isFinal) return error
    throw error
  }
}
