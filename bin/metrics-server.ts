// GET /metrics on a port of its own, which no visitor reaches: it answers Prometheus and nothing else (ASVS 13.4.5).
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Settings } from '../config/env.ts'
import type { Logger } from '../config/logger.ts'
import { StartProblem } from '../lib/start-problem.ts'

/** What is shown: all metrics in the format of Prometheus. */
export type Collect = () => Promise<string>

export type MetricsServer = {
  /** Where the metrics are; undefined if they are nowhere. */
  address: string | undefined
  close: () => Promise<void>
}

const MAX_CONNECTIONS = 32
const SLOWEST_REQUEST = 5000 // milliseconds

/**
 * Show on METRICS_HOST and METRICS_PORT what `collect` gives; without a port nothing is opened. Throws a StartProblem.
 * In a single process `collect` is its registry's metrics(), in a cluster's primary what lib/metrics/cluster.ts gathers.
 */
export async function startMetrics(options: {
  settings: Pick<Settings, 'metricsHost' | 'metricsPort'>
  logger: Pick<Logger, 'error'>
  collect: Collect
}): Promise<MetricsServer> {
  const { metricsHost: host, metricsPort: port } = options.settings
  if (port === undefined) {
    return { address: undefined, close: () => Promise.resolve() }
  } else {
    const server = createServer({ requestTimeout: SLOWEST_REQUEST }, (req, res) => {
      void answer(req, res, options)
    })
    server.maxConnections = MAX_CONNECTIONS
    server.listen(port, host)
    try {
      await once(server, 'listening')
    } catch (error) {
      throw noPort(host, port, error)
    }
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
}

async function answer(
  req: IncomingMessage,
  res: ServerResponse,
  { collect, logger }: { collect: Collect; logger: Pick<Logger, 'error'> },
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

function noPort(host: string, port: number, error: unknown): StartProblem {
  const { code } = error as NodeJS.ErrnoException
  return new StartProblem(
    code === 'EADDRINUSE'
      ? `Port ${port} on ${host} is in use. Choose another for the metrics: METRICS_PORT=${port + 1}`
      : `The metrics can't be shown on ${host} port ${port} (${code ?? 'unknown reason'}). Check METRICS_HOST and METRICS_PORT.`,
  )
}
