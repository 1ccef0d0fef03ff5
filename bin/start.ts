// Starting and stopping the whole site: settings, database, indexes, server, postman, in this order and back.
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import mongoose from 'mongoose'
import { createApp } from '../app.ts'
import { embeddedWrites } from '../config/database.ts'
import { defaultBaseUrl, type Settings } from '../config/env.ts'
import type { Logger } from '../config/logger.ts'
import { developmentSecret } from '../lib/development-secret.ts'
import { startEmbeddedMongodb } from '../lib/embedded-mongodb/index.ts'
import { noFolder } from '../lib/embedded-mongodb/refusals.ts'
import { connectMongodb } from '../lib/mongodb.ts'
import type { Lessons } from '../middleware/lessons/mount.ts'
import { buildIndexes } from '../models/indexes.ts'
import { giveKeysToOldUsers } from '../models/old-users.ts'
import { Postman } from '../models/postman.ts'
import { startMetrics } from './metrics-server.ts'
import { openMetrics } from './metrics.ts'
import { close, listen } from './server.ts'

export type Site = { address: string; stop: () => Promise<void> }

/** Start the site; it answers when this resolves. `say` gets the lines for the person at the terminal. Throws a StartProblem. */
export async function start(
  settings: Settings,
  logger: Logger,
  say: (line: string) => void,
): Promise<Site> {
  const sessionSecrets = await secretsOf(settings)
  const own = settings.mongoUrl === undefined
  const engine = own ? await startEmbeddedMongodb({ ...settings, say, log: logger }) : undefined
  try {
    await (engine
      ? connectMongodb(engine.url, embeddedWrites)
      : connectMongodb(settings.mongoUrl ?? ''))
    await prepareDatabase(logger)
    const mongoUrl = engine?.url ?? settings.mongoUrl
    const lessons = await lessonsOf({ ...settings, sessionSecrets, mongoUrl })
    const metrics = openMetrics(settings)
    const server = await listen(settings)
    // Nothing is awaited from here on: a request that is already there has to find somebody who answers it.
    const complete = { ...settings, sessionSecrets, baseUrl: baseUrlOf(settings, server) }
    server.on(
      'request',
      createApp({ settings: complete, database: mongoose.connection, logger, lessons, metrics }),
    )
    const collect = async () => (await metrics?.registry.metrics()) ?? ''
    const metricsServer = await startMetrics({ settings, logger, collect })
    if (metricsServer.address) say(`Metrics are shown at ${metricsServer.address}`)
    const postman = new Postman(complete, logger)
    if (complete.catchesMail) say('Mails are not sent but shown on the page /dev/mail')
    return {
      address: complete.baseUrl,
      stop: async () => {
        await Promise.all([close(server), postman.stop(), metricsServer.close()])
        await lessons?.close()
        await mongoose.disconnect()
        await engine?.close()
      },
    }
  } catch (error) {
    await mongoose.disconnect()
    await engine?.close()
    throw error
  }
}

async function secretsOf({ sessionSecrets, dataDir }: Settings): Promise<string[]> {
  if (sessionSecrets.length > 0) {
    return sessionSecrets
  } else {
    try {
      return [await developmentSecret(dataDir)]
    } catch (error) {
      throw noFolder(dataDir, error)
    }
  }
}

async function prepareDatabase(logger: Logger): Promise<void> {
  await buildIndexes()
  const left = await giveKeysToOldUsers()
  if (left > 0) logger.warn({ left }, 'Users whose name or email another user has too')
}

// A site without lessons does not even load them.
async function lessonsOf(settings: Settings): Promise<Lessons | undefined> {
  if (settings.lessons) {
    const { openLessons } = await import('../routes/lessons.ts')
    return openLessons(settings, mongoose.connection)
  } else {
    return undefined
  }
}

// The port that the system chose for PORT=0 is known only when the server listens.
function baseUrlOf({ baseUrlIsGiven, baseUrl, host }: Settings, server: Server): string {
  const { port } = server.address() as AddressInfo
  return baseUrlIsGiven ? baseUrl : defaultBaseUrl(host, port)
}
