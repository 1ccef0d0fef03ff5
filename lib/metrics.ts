// What the site counts for Prometheus. Each label has few values, and all of them are ours: none is typed by a visitor.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { attemptLimits } from '../config/limits.ts'
import { version } from '../config/version.ts'

/** What is done with sessions; `none` is the outcome of looking for something that is not there. */
export type StoreOperation = (typeof STORE_OPERATIONS)[number]
export type StoreOutcome = 'done' | 'none' | 'failed'

/** Of a security event what is counted beside its name. */
export type EventDetails = {
  reason?: string | undefined
  limit?: string | undefined
  isMember: boolean
}

const STORE_OPERATIONS = ['get', 'set', 'touch', 'destroy', 'take', 'end'] as const
const ERRORS = [500, 503] // the statuses of the site's own faults
const METHODS = ['GET', 'HEAD', 'POST', 'OPTIONS']
const REQUEST_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] // seconds
const STORE_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5] // seconds
const FAILURES = [
  'unknown-user',
  'wrong-password',
  'wrong-code',
  'damaged-hash',
  'locked-by-operator',
  'locked',
] as const
const LIMITS_OF_SIGN_INS = ['address', 'name', 'daily', 'device']

export class Metrics {
  readonly registry = new Registry()

  private readonly build = new Gauge({
    name: 'sesame_build_info',
    help: 'Always 1; the labels tell which version runs, and on which Node',
    labelNames: ['version', 'node'],
    aggregator: 'max',
    registers: [this.registry],
  })
  private readonly requests = new Counter({
    name: 'sesame_http_requests_total',
    help: 'Requests that are over; the status of one whose visitor left before the answer was complete is "aborted"',
    labelNames: ['route', 'method', 'status'],
    registers: [this.registry],
  })
  private readonly requestDurations = new Histogram({
    name: 'sesame_http_request_duration_seconds',
    help: 'Time from a request’s first middleware to the end of its answer; aborted requests are left out',
    labelNames: ['route'],
    buckets: REQUEST_BUCKETS,
    registers: [this.registry],
  })
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

  private readonly counted = new Set<string>() // routes with their methods

  /** Begin at 0 with everything that can happen: Prometheus takes no notice of a counter's first value. */
  constructor(securityEvents: readonly string[]) {
    this.build.set({ version, node: process.versions.node }, 1)
    for (const event of securityEvents) this.events.inc({ event }, 0)
    for (const outcome of ['done', 'throttled', ...FAILURES]) this.signIns.inc({ outcome }, 0)
    for (const limit of Object.keys(attemptLimits)) this.throttled.inc({ limit }, 0)
    for (const operation of STORE_OPERATIONS) this.store.zero({ operation, outcome: 'failed' })
    collectDefaultMetrics({ register: this.registry })
  }

  /** Count a request that is over, by the pattern of its route and never by its address, which anybody can make up. */
  countRequest(route: string, method: string, status: number | 'aborted', seconds: number): void {
    // Anybody can make up a method, too.
    const known = METHODS.includes(method) ? method : 'other'
    // An alert on errors would miss the first one, and before it have nothing to divide.
    for (const error of this.counted.has(route + known) ? [] : ERRORS) {
      this.requests.inc({ route, method: known, status: error }, 0)
    }
    this.counted.add(route + known)
    this.requests.inc({ route, method: known, status })
    if (status !== 'aborted') this.requestDurations.observe({ route }, seconds)
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
      // Members who type their current password are counted by the same limits.
      if (!isMember && LIMITS_OF_SIGN_INS.includes(limit)) {
        this.signIns.inc({ outcome: 'throttled' })
      }
    }
  }

  /** Note how long an operation of the session store took, and how it ended. */
  timeStore(operation: StoreOperation, outcome: StoreOutcome, seconds: number): void {
    this.store.observe({ operation, outcome }, seconds)
  }
}
