// What the site counts for Prometheus. Each label has few values, and all of them are ours: none is typed by a visitor.
import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client'
import { attemptLimits } from '../config/limits.ts'
import { RequestTally, type Timer } from './request-tally.ts'

/** What is done with sessions; `none` is the outcome of looking for something that is not there. */
export type StoreOperation = 'get' | 'set' | 'touch' | 'destroy' | 'take' | 'end'
export type StoreOutcome = 'done' | 'none' | 'failed'

/** Of a security event what is counted beside its name. */
export type EventDetails = {
  reason?: string | undefined
  limit?: string | undefined
  isMember: boolean
}

const STORE_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5] // seconds
const FAILURES = [
  'unknown-user',
  'wrong-password',
  'damaged-hash',
  'locked-by-operator',
  'locked',
] as const
const LIMITS_OF_SIGN_INS = ['address', 'name']

export class Metrics {
  readonly registry = new Registry()
  readonly requests = new RequestTally(this.registry)
  private readonly timers = new Map<string, Timer>()

  private readonly events = new Counter({
    name: 'sesame_security_events_total',
    help: 'Security events, by the name that the log gives them',
    labelNames: ['event'],
    registers: [this.registry],
  })
  private readonly signIns = new Counter({
    name: 'sesame_sign_ins_total',
    help: 'Attempts to sign in, by how they ended',
    labelNames: ['outcome'],
    registers: [this.registry],
  })
  private readonly throttled = new Counter({
    name: 'sesame_throttled_total',
    help: 'Attempts that came too soon and were not looked at, by the limit that was reached',
    labelNames: ['limit'],
    registers: [this.registry],
  })
  private readonly store = new Histogram({
    name: 'sesame_session_store_duration_seconds',
    help: 'Time of the operations of the session store',
    labelNames: ['operation', 'outcome'],
    buckets: STORE_BUCKETS,
    registers: [this.registry],
  })

  /** Begin at 0 with everything that can happen: Prometheus takes no notice of a counter's first value. */
  constructor(securityEvents: readonly string[]) {
    for (const event of securityEvents) this.events.inc({ event }, 0)
    for (const outcome of ['done', 'throttled', ...FAILURES]) this.signIns.inc({ outcome }, 0)
    for (const limit of Object.keys(attemptLimits)) this.throttled.inc({ limit }, 0)
    collectDefaultMetrics({ register: this.registry })
  }

  /** Count a security event, and what it means for sign-ins and limits. */
  countEvent(event: string, { reason = '', limit, isMember }: EventDetails): void {
    this.events.inc({ event })
    if (event === 'sign-in') {
      this.signIns.inc({ outcome: 'done' })
    } else if (event === 'sign-in-failed') {
      this.signIns.inc({ outcome: reason })
    } else if (event === 'throttled' && limit !== undefined) {
      this.throttled.inc({ limit })
      // Who is signed in already and types a current password is counted by the same limits.
      if (!isMember && LIMITS_OF_SIGN_INS.includes(limit)) {
        this.signIns.inc({ outcome: 'throttled' })
      }
    }
  }

  /** Note how long an operation of the session store took. */
  timeStore(operation: StoreOperation, outcome: StoreOutcome, seconds: number): void {
    const key = `${operation} ${outcome}`
    const timer = this.timers.get(key) ?? this.store.labels(operation, outcome)
    this.timers.set(key, timer)
    timer.observe(seconds)
  }
}
