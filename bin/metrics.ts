// The metrics of one process: what it counts itself, and what it reads from the database that it is connected to.
import type { Settings } from '../config/env.ts'
import { addDatabaseGauges } from '../lib/database-gauges.ts'
import { Metrics } from '../lib/metrics.ts'
import { SECURITY_EVENTS } from '../middleware/security-events.ts'
import { ping, readVitalSigns } from '../models/vital-signs.ts'

/** Begin to count, if the settings name a port where somebody can ask for it; otherwise undefined, and nothing is counted. */
export function openMetrics({ metricsPort }: Settings): Metrics | undefined {
  if (metricsPort === undefined) {
    return undefined
  } else {
    const metrics = new Metrics(SECURITY_EVENTS)
    addDatabaseGauges(metrics.registry, { ping, readVitalSigns })
    return metrics
  }
}
