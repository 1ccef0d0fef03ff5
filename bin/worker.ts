// A worker: one of several processes that answer the site's visitors. It does what the primary orders, and nothing without it.
import cluster from 'node:cluster'
import mongoose from 'mongoose'
import type { Settings } from '../config/env.ts'
import type { Logger } from '../config/logger.ts'
import { answerPrimary } from '../lib/metrics/cluster.ts'
import { StartProblem } from '../lib/start-problem.ts'
import { connectShared } from './connect.ts'
import type { FromWorker, Shared, Stopping, ToWorker } from './messages.ts'
import { openSite, type Site } from './start.ts'

/** Wait for the primary's orders. A worker whose primary is gone ends too: without it there is no database and no port. */
export function startWorker(settings: Settings, logger: Logger): void {
  let site: Promise<Site | undefined> = Promise.resolve(undefined)
  let ended: Promise<void> | undefined // asked for once, however often it is ordered

  const end = async (how: Stopping) => {
    await (await site)?.stop(how)
    await mongoose.disconnect()
    process.exit(0)
  }
  // Ctrl-C in a terminal, or a service manager, reaches the whole group: the primary alone decides in which order all end.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined)
  process.on('disconnect', () => void (ended ??= end('stop')))
  process.on('message', (message: ToWorker) => {
    if (message.order === 'open') {
      site = open({ ...settings, port: message.port }, message.shared, logger)
    } else if ('order' in message) {
      ended ??= end(message.order)
    } // else it is for the metrics
  })
  send({ waiting: true })
}

async function open(settings: Settings, shared: Shared, logger: Logger): Promise<Site | undefined> {
  try {
    await connectShared(shared)
    const site = await openSite(settings, shared, logger)
    if (site.metrics) answerPrimary(site.metrics.registry)
    send({ opened: true })
    return site
  } catch (error) {
    if (!(error instanceof StartProblem)) throw error
    send({ problem: error.message })
    process.exitCode = 1
    cluster.worker?.disconnect()
    await mongoose.disconnect()
    return undefined
  }
}

function send(message: FromWorker): void {
  if (process.connected) process.send?.(message)
}
