// Everything that came over the wire: counted by kind and outcome, and kept where it has to be judged afterwards.
import { translator } from '../../config/i18n.ts'
import type { Outcome } from './wire.ts'

export type Trouble = { kind: 'worker' | 'all workers' | 'engine' | 'replacement'; at: number }
export type Broken = { began: number; ended: number; broken: string; kind: string }
export type Away = { ended: number; kind: string; explains: boolean }
export type Odd = { kind: string; status: number; requestId: string; why: string }

const SENTENCE = translator('en')('error.503.title')

export class Watch {
  readonly counts = new Map<string, Map<string, number>>()
  readonly troubles: Trouble[] = []
  readonly broken: Broken[] = []
  readonly away: Away[] = []
  readonly odd: Odd[] = []
  answered = 0

  /** Note what came of a request of this kind. */
  note(kind: string, outcome: Outcome): void {
    const { began, ended } = outcome
    this.count(kind, 'broken' in outcome ? outcome.broken : String(outcome.status))
    if ('broken' in outcome) {
      const { broken } = outcome
      if (broken !== 'given up') this.broken.push({ began, ended, broken, kind })
    } else {
      this.answered++
      if (outcome.status === 503) {
        this.away.push({
          ended,
          kind,
          explains: explains(outcome.headers['retry-after'], outcome.text),
        })
      } else if (outcome.status >= 500) {
        this.finds(kind, outcome, 'the site broke')
      }
    }
  }

  /** Note an answer that nobody should get who does what the crowd does. */
  finds(kind: string, outcome: Outcome, why: string): void {
    if ('broken' in outcome) return
    const requestId = String(outcome.headers['x-request-id'])
    this.odd.push({ kind, status: outcome.status, requestId, why })
  }

  /** Note that something was done to the site. */
  did(kind: Trouble['kind']): void {
    this.troubles.push({ kind, at: performance.now() })
  }

  private count(kind: string, label: string): void {
    const row = this.counts.get(kind) ?? new Map<string, number>()
    this.counts.set(kind, row)
    row.set(label, (row.get(label) ?? 0) + 1)
  }
}

function explains(retryAfter: string | undefined, text: string): boolean {
  return Number(retryAfter) > 0 && text.includes(SENTENCE)
}
