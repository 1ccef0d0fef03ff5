// The metrics of one process: what it counts itself, and what it reads from the database that it is connected to.
import type { Settings } from '../config/env.ts'
import type { Metrics } from '../lib/metrics.ts'
import { ping, readStats } from '../models/database/stats.ts'
import { SECURITY_EVENTS } from '../models/security-event.ts'

/** Begin to count, if the settings name a port where somebody can ask for it; otherwise undefined, and nothing is counted. */
export async function openMetrics({ metricsPort }: Settings): Promise<Metrics | undefined> {
  if (metricsPort === undefined) {
    return undefined
  } else {
    const { Metrics } = await import('../lib/metrics.ts')
    const { addDatabaseGauges } = await import('../lib/metrics/database.ts')
    const metrics = new Metrics(Object.keys(SECURITY_EVENTS))
    addDatabaseGauges(metrics.registry, { ping, readStats })
    return metrics
  }
}
