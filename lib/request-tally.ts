// Counts requests at the cost of a look into one map: what Prometheus is told is worked out only when it asks.
import { Counter, Histogram, type Registry } from 'prom-client'

type Labels = { route: string; method: string; status: string }
export type Timer = { observe: (seconds: number) => void }
type Tally = { labels: Labels; waiting: number; timer: Timer | undefined }

const METHODS = ['GET', 'HEAD', 'POST', 'OPTIONS']
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] // seconds

export class RequestTally {
  private readonly tallies = new Map<string, Tally>()
  private readonly durations: Histogram<'route'>

  /** Begin with nothing counted. */
  constructor(registry: Registry) {
    const { tallies } = this
    const registers = [registry]
    new Counter({
      name: 'sesame_http_requests_total',
      help: 'Requests that are over; the status of one whose visitor left before the answer was complete is "aborted"',
      labelNames: ['route', 'method', 'status'],
      registers,
      collect() {
        for (const tally of tallies.values()) {
          this.inc(tally.labels, tally.waiting)
          tally.waiting = 0
        }
      },
    })
    this.durations = new Histogram({
      name: 'sesame_http_request_duration_seconds',
      help: 'Time from a request’s first middleware to the end of its answer; aborted requests are left out',
      labelNames: ['route'],
      buckets: BUCKETS,
      registers,
    })
  }

  /** Count a request that is over, by the pattern of its route and never by its address, which anybody can make up. */
  count(route: string, method: string, status: number | 'aborted', seconds: number): void {
    const key = `${route} ${method} ${status}`
    let tally = this.tallies.get(key)
    if (tally === undefined) {
      tally = this.begin(route, method, status)
      this.tallies.set(key, tally)
    }
    tally.waiting += 1
    tally.timer?.observe(seconds)
  }

  private begin(route: string, method: string, status: number | 'aborted'): Tally {
    const labels = {
      route,
      method: METHODS.includes(method) ? method : 'other',
      status: String(status),
    }
    const timer = status === 'aborted' ? undefined : this.durations.labels(route)
    return { labels, waiting: 0, timer }
  }
}
