// The metrics of a process, and GET /metrics on a port of its own, which no visitor reaches: it answers Prometheus and nothing else (ASVS 13.4.5).
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Settings } from '../config/env.ts'
import type { Logger } from '../config/logger.ts'
import type { Metrics } from '../lib/metrics.ts'
import { SECURITY_EVENTS } from '../models/security-event.ts'
import { ping, readStats } from '../models/database/stats.ts'
import { listenOn } from './server.ts'

type Options = {
  settings: Pick<Settings, 'metricsHost' | 'metricsPort'>
  logger: Pick<Logger, 'error'>
  /** What is shown: all metrics in the format of Prometheus. */
  collect: () => Promise<string>
}

const MAX_CONNECTIONS = 32
const REQUEST_TIMEOUT = 5000 // milliseconds

/**
 * Begin to count in this process, if the settings name a port where somebody can ask for it; otherwise undefined, and nothing
 * is counted. What the database holds is read from the one that this process is connected to.
 */
export async function openMetrics(settings: Settings): Promise<Metrics | undefined> {
  if (settings.metricsPort === undefined) return undefined
  const { Metrics } = await import('../lib/metrics.ts')
  const { addDatabaseGauges } = await import('../lib/metrics/database.ts')
  const metrics = new Metrics(Object.keys(SECURITY_EVENTS))
  addDatabaseGauges(metrics.registry, { ping, readStats })
  return metrics
}

/**
 * Show on METRICS_HOST and METRICS_PORT what `collect` gives; without a port nothing is opened, and there is no address.
 * Throws a StartProblem. In a single process `collect` is its registry's metrics(), in a cluster's primary what lib/metrics/cluster.ts gathers.
 */
export async function startMetrics(options: Options) {
  const { metricsHost: host, metricsPort: port } = options.settings
  if (port === undefined) return { address: undefined, close: () => Promise.resolve() }
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT }, (req, res) => {
    void answer(req, res, options)
  })
  server.maxConnections = MAX_CONNECTIONS
  await listenOn(server, host, port, {
    inUse: `Choose another for the metrics: METRICS_PORT=${port + 1}`,
    refused: "The metrics can't be shown",
    check: 'Check METRICS_HOST and METRICS_PORT.',
  })
  const { address, family, port: bound } = server.address() as AddressInfo
  const name = family === 'IPv6' ? `[${address}]` : address
  return {
    address: `http://${name}:${bound}/metrics`,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function answer(
  req: IncomingMessage,
  res: ServerResponse,
  { collect, logger }: Options,
): Promise<void> {
  const [path] = (req.url ?? '').split('?')
  res.setHeader('Cache-Control', 'no-store')
  res.setHeader('X-Content-Type-Options', 'nosniff')
  if (req.method !== 'GET' || path !== '/metrics') {
    res.writeHead(404).end()
  } else {
    try {
      const metrics = await collect()
      const { Registry } = await import('prom-client') // which a site without metrics never loads
      res.setHeader('Content-Type', Registry.PROMETHEUS_CONTENT_TYPE)
      res.end(metrics)
    } catch (error) {
      logger.error({ err: error }, 'The metrics can not be gathered')
      res.writeHead(500).end()
    }
  }
}
