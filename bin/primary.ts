// The primary of a site with several processes: it holds the embedded engine and the workers, and serves no requests itself.
import type { AddressInfo } from 'node:net'
import mongoose from 'mongoose'
import type { Settings } from '../config/env.ts'
import type { Logger } from '../config/logger.ts'
import { gatherFromWorkers } from '../lib/metrics/cluster.ts'
import { openDatabaseAndSecrets } from './setup.ts'
import { startMetrics } from './metrics-server.ts'
import { close, listen } from './server.ts'
import { baseUrlOf, loadLessons } from './start.ts'
import { Workers } from './workers.ts'

/** Start the database and the workers; the site answers when this resolves. Throws a StartProblem. */
export async function startPrimary(
  settings: Settings,
  logger: Logger,
  say: (line: string) => void,
) {
  const collect = gatherFromWorkers() // before the first worker: it hears of each that goes
  const workers = new Workers(settings.workers, logger) // they load their libraries while the database starts
  try {
    const { shared, close: closeDatabase } = await openDatabaseAndSecrets(settings, logger, say)
    try {
      await mongoose.disconnect() // only the workers speak with the database from here on
      const lessons = settings.lessons ? (await loadLessons()).ownServers() : undefined
      const port = settings.port === 0 ? await freePort(settings) : settings.port
      await workers.open({ order: 'open', shared, port })
      const metrics = await startMetrics({ settings, logger, collect })
      if (metrics.address) say(`Metrics are shown at ${metrics.address}`)
      const stop = async () => {
        await workers.stop()
        await lessons?.close()
        await metrics.close()
        await closeDatabase() // after the last worker: until then it is needed
      }
      return { address: baseUrlOf(settings, port), workers, stop }
    } catch (error) {
      await closeDatabase()
      throw error
    }
  } catch (error) {
    await workers.stop()
    throw error
  }
}

// Each worker that asked the system for any port would get one of its own.
async function freePort(settings: Settings): Promise<number> {
  const server = await listen({ ...settings, port: 0 })
  const { port } = server.address() as AddressInfo
  await close(server)
  return port
}
