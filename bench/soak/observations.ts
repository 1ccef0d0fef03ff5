// Everything that came back over HTTP: counted by kind and outcome, and what it says about the site's promises.
import { translator } from '../../config/i18n.ts'
import type { HttpAnswer } from '../../lib/http/client.ts'

/** What came of a request: an answer, or what broke, with status 0. Times are milliseconds of performance.now(). */
export type Outcome = HttpAnswer & {
  began: number
  ended: number
  broken?: 'reset' | 'refused' | 'given up' | 'unanswered' | undefined
}
export type Fault = { kind: 'worker' | 'all workers' | 'engine' | 'replacement'; at: number }
/** What the site promises, and for each promise what was seen that breaks it. */
export type Promises = Record<string, string[]>
/** What happened, and how often or for how long. */
export type Facts = Record<string, string | number>

type Noted = Outcome & { request: string; why?: string }

const SENTENCE = translator('en')('error.503.title')
const RESPONSE_TIME = 1000 // milliseconds between a kill and the end of what the system does about it
const NOTICE_TIME = 10_000 // milliseconds after which a cut connection has been noticed, also on a busy machine
const MAX_OUTAGE = 30_000 // milliseconds for the database, or for new workers, to be there again
const MAX_STRAY_SHARE = 0.005 // of answers that may say 503 for a database that is there but slow
const MAX_STRAY = 5 // of them in a short run

export class Observations {
  /** How often each kind of request had which outcome. */
  readonly counts: Record<string, Record<string, number>> = {}
  readonly faults: Fault[] = []
  answered = 0
  private readonly failures: Noted[] = []
  private readonly unexpected: Noted[] = []

  /** Note what came of a request of this kind. */
  note(request: string, outcome: Outcome): void {
    const { status, broken } = outcome
    const counts = (this.counts[request] ??= {})
    const label = broken ?? String(status)
    counts[label] = (counts[label] ?? 0) + 1
    if (broken === undefined) this.answered++
    if (status >= 500 || broken) this.failures.push({ ...outcome, request })
  }

  /** Note an answer below 500 with another status than these: nobody should get one who does what the users do. */
  expect(request: string, outcome: Outcome, statuses: number[], why: string): void {
    const { status, broken } = outcome
    const isExpected = broken !== undefined || status >= 500 || statuses.includes(status)
    if (!isExpected) this.unexpected.push({ ...outcome, request, why })
  }

  /** All promises that answers and connections can break. */
  promises(): Promises {
    const { answered, unexpected } = this
    const stray = this.stray().length
    const isStray = stray > Math.max(MAX_STRAY, answered * MAX_STRAY_SHARE)
    const refused = this.longestRefusal()
    const resets = this.brokenBy('reset').filter((one) => !this.isExplainedReset(one))
    const unanswered = this.brokenBy('unanswered')
    return {
      'nothing but the 503 that says why, of all 5xx': this.errors().map(sentenceOf),
      'every answer is one that its visitor can expect': unexpected.map(sentenceOf),
      'the database is back soon after each kill, and away at no other time': isStray
        ? [`${stray} of ${answered} answers said 503 while the database was not killed`]
        : [],
      'a connection is cut off only with the worker that it led to': resets.map(
        ({ request }) => `${request}: reset`,
      ),
      'every request is answered, or cut off, in the end': unanswered.map(({ request }) => request),
      'the site is found again soon after all its workers were killed':
        refused > MAX_OUTAGE ? [`nobody listened for ${refused} ms`] : [],
    }
  }

  facts(): Facts {
    const count = (kind: Fault['kind']) => this.faults.filter((one) => one.kind === kind).length
    const outages = this.outages().map(({ at, seen }) => Math.max(at, ...seen) - at)
    return {
      answers: this.answered.toLocaleString('en'),
      'workers killed one at a time': count('worker'),
      'all workers killed at once': count('all workers'),
      'database killed': count('engine'),
      'all workers replaced by SIGHUP': count('replacement'),
      'answers with 503': `${this.away().length}, of these ${this.stray().length} without a kill`,
      'longest outage': `${Math.round(Math.max(0, ...outages))} ms`,
      'connections cut off': this.brokenBy('reset').length,
      'longest time without a listener': `${this.longestRefusal()} ms`,
    }
  }

  /** The lines of the site's log that belong to answers which nobody should have got. */
  linesOf(log: string): string[] {
    const ids = [...this.errors(), ...this.unexpected].map(requestIdOf)
    return log.split('\n').filter((line) => ids.some((id) => line.includes(id)))
  }

  private errors(): Noted[] {
    return this.failures.filter((one) => one.status >= 500 && !isExplained(one))
  }

  private away(): number[] {
    return this.failures.filter(({ status }) => status === 503).map(({ ended }) => ended)
  }

  // When the database was killed, and when it was found away until it was killed again, or had to be back.
  private outages(): { at: number; seen: number[] }[] {
    const kills = this.faults.filter(({ kind }) => kind === 'engine')
    return kills.map(({ at }, index) => {
      const end = Math.min(at + MAX_OUTAGE, kills[index + 1]?.at ?? Infinity)
      return { at, seen: this.away().filter((ended) => ended >= at && ended < end) }
    })
  }

  // Answers that said that the database is away while nobody had killed it.
  private stray(): number[] {
    const explained = this.outages().flatMap(({ seen }) => seen)
    return this.away().filter((ended) => !explained.includes(ended))
  }

  // How long nobody listened after a kill, at the longest, in milliseconds.
  private longestRefusal(): number {
    const times = this.brokenBy('refused').map(
      ({ ended }) => ended - (this.killsOfWorkers().findLast((at) => at <= ended) ?? -Infinity),
    )
    return Math.round(Math.max(0, ...times))
  }

  private isExplainedReset({ began, ended }: Noted): boolean {
    return this.killsOfWorkers().some(
      (at) => began < at + RESPONSE_TIME && ended >= at && ended < at + NOTICE_TIME,
    )
  }

  private killsOfWorkers(): number[] {
    return this.faults.filter(({ kind }) => kind.includes('worker')).map(({ at }) => at)
  }

  private brokenBy(breakage: Outcome['broken']): Noted[] {
    return this.failures.filter(({ broken }) => broken === breakage)
  }
}

function isExplained({ status, headers, text }: Outcome): boolean {
  return status === 503 && Number(headers['retry-after']) > 0 && text.includes(SENTENCE)
}

function requestIdOf({ headers }: Outcome): string {
  return String(headers['x-request-id'])
}

function sentenceOf(noted: Noted): string {
  const { request, status, headers, why = 'the site broke' } = noted
  const to = headers.location === undefined ? '' : ` to ${headers.location}`
  return `${request}: ${status}${to}, ${why} (request ${requestIdOf(noted)})`
}
