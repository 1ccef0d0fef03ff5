// Everything that came back over HTTP: counted by kind and outcome, and kept where it has to be judged afterwards.
import { translator } from '../../config/i18n.ts'
import type { Breakage, Outcome } from './browser.ts'

export type Fault = { kind: 'worker' | 'all workers' | 'engine' | 'replacement'; at: number }
export type Broken = { kind: string; began: number; ended: number; broken: Breakage }
export type Unavailable = { kind: string; ended: number; isExplained: boolean }
export type Unexpected = { kind: string; status: number; requestId: string; why: string }

const SENTENCE = translator('en')('error.503.title')

export class Observations {
  /** How often each kind of request had which outcome. */
  readonly counts: Record<string, Record<string, number>> = {}
  readonly faults: Fault[] = []
  readonly broken: Broken[] = []
  readonly unavailable: Unavailable[] = []
  readonly unexpected: Unexpected[] = []
  answered = 0

  /** Note what came of a request of this kind. */
  note(kind: string, outcome: Outcome): void {
    const { status, headers, text, broken, began, ended } = outcome
    const counts = (this.counts[kind] ??= {})
    const label = broken ?? String(status)
    counts[label] = (counts[label] ?? 0) + 1
    if (broken === undefined) this.answered++
    if (status === 503) {
      const isExplained = Number(headers['retry-after']) > 0 && text.includes(SENTENCE)
      this.unavailable.push({ kind, ended, isExplained })
    } else if (status >= 500) {
      this.noteUnexpected(kind, outcome, 'the site broke')
    } else if (broken !== undefined && broken !== 'given up') {
      this.broken.push({ kind, began, ended, broken })
    }
  }

  /** Note an answer below 500 with another status than these: nobody should get one who does what the users do. */
  expect(kind: string, outcome: Outcome, statuses: number[], why: string): void {
    const { status, broken } = outcome
    const isExpected = broken !== undefined || status >= 500 || statuses.includes(status)
    if (!isExpected) this.noteUnexpected(kind, outcome, why)
  }

  private noteUnexpected(kind: string, { status, headers }: Outcome, why: string): void {
    const requestId = String(headers['x-request-id'])
    this.unexpected.push({ kind, status, requestId, why })
  }
}
