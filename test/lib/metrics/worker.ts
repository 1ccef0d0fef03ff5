// A worker of a cluster for the tests of its metrics: counts as often as it is told, and answers the primary.
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { answerPrimary } from '../../../lib/metrics/cluster.ts'

const registry = new Registry()
const registers = [registry]
const counter = new Counter({ name: 'done_total', help: 'Done', registers })
const histogram = new Histogram({ name: 'time_seconds', help: 'Time', buckets: [1], registers })
new Gauge({ name: 'kept', help: 'Kept', aggregator: 'max', registers }).set(7)

answerPrimary(registry)
process.on('message', ({ count }: { count?: number }) => {
  if (count !== undefined) {
    counter.inc(count)
    histogram.observe(count)
    process.send?.({ counted: count })
  }
})
process.send?.({ isReady: true })
