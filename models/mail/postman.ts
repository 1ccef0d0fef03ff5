// Sends the letters of the outbox, one after the other, for as long as the site runs.
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import type { Settings } from '../../config/env.ts'
import { isDatabaseAway } from '../../lib/mongodb/away.ts'
import type { Mailer } from '../../lib/mail/smtp.ts'
import { deliver, mailerOf, type Log } from './delivery.ts'
import { nextDue, outboxEvents, takeLetter } from './outbox.ts'

const LOOK_EVERY = 2000 // milliseconds, for letters that another process put in
const AFTER_ACCIDENT = 2000 // milliseconds: a database that is away is asked no faster
const STOP_TIMEOUT = 6000 // milliseconds: with what follows it, a stop takes less than ten seconds

export class Postman {
  private readonly mailer: Mailer
  private readonly baseUrl: string
  private readonly log: Log
  private readonly running: Promise<void>
  private round = new AbortController()
  private stopped = false

  /** Start sending. Nothing here throws: what fails is logged and tried again. */
  constructor(settings: Settings, log: Log) {
    this.mailer = mailerOf(settings)
    this.baseUrl = settings.baseUrl
    this.log = log
    this.running = this.run()
  }

  /** Stop, after the letter that is being sent; if that takes too long, whoever sends next tries it again. */
  async stop(): Promise<void> {
    this.stopped = true
    this.round.abort()
    const enough = new AbortController()
    const tired = setTimeout(STOP_TIMEOUT, undefined, enough)
    await Promise.race([this.running, tired])
    tired.catch(() => undefined)
    enough.abort()
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
        await deliver(entry, this.mailer, this.baseUrl, this.log)
        outboxEvents.emit('handled')
      }
      const due = await nextDue()
      return Math.min(Math.max(due ? due.getTime() - Date.now() : LOOK_EVERY, 0), LOOK_EVERY)
    } catch (error) {
      if (!isDatabaseAway(error)) this.log.error({ err: error }, 'The outbox can not be read')
      return AFTER_ACCIDENT
    }
  }
}
