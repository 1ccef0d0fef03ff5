// One process of the site, opened and stopped: application, server, postman, in this order and back.
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import mongoose, { type Connection } from 'mongoose'
import { createApp } from '../app.ts'
import { defaultBaseUrl, type Settings } from '../config/env.ts'
import type { Logger } from '../config/logger.ts'
import { createPrototypes } from '../middleware/prototypes.ts'
import type { SessionCache } from '../lib/session/cache.ts'
import type { SessionStore } from '../lib/session/store.ts'
import { startPurging } from '../models/database/purge.ts'
import { Postman } from '../models/mail/postman.ts'
import type { Shared, Stopping } from './messages.ts'
import { openMetrics } from './metrics-server.ts'
import { close, drain, listen } from './server.ts'

export type Site = Awaited<ReturnType<typeof openSite>>

/** Open the site on a database that is ready and connected; it answers when this resolves. Throws a StartProblem. */
export async function openSite(
  settings: Settings,
  shared: Shared,
  logger: Logger,
  sessionCache?: SessionCache,
) {
  const { sessionSecrets, encryptionKeys, mongoUrl } = shared
  const database = mongoose.connection
  const lessons = settings.lessons
    ? (await loadLessons()).openLessons({ ...settings, sessionSecrets, mongoUrl }, database)
    : undefined
  const metrics = await openMetrics(settings)
  const prototypes = createPrototypes()
  const server = await listen(settings, prototypes)
  // Nothing is awaited from here on: a request that is already there has to find something that answers it.
  const { port } = server.address() as AddressInfo
  const baseUrl = baseUrlOf(settings, port)
  const complete = { ...settings, sessionSecrets, encryptionKeys, baseUrl }
  const readiness = { isStopping: false }
  const app = createApp({
    settings: complete,
    database,
    logger,
    lessons,
    prototypes,
    readiness,
    sessionCache,
    metrics,
  })
  server.on('request', app)
  const stopLogging = logOutages(database, logger)
  const postman = new Postman(complete, logger)
  const stopPurging = startPurging(app.get('session store') as SessionStore, logger)
  return {
    address: complete.baseUrl,
    metrics, // what this process counts, if somebody can ask for it
    stop: async (how: Stopping = 'stop') => {
      // First of all: whatever asks whether we are ready sends the next visitor elsewhere. Where another worker has taken this
      // one's place already, visitors are as welcome as before.
      readiness.isStopping = how === 'stop'
      const { production } = settings
      stopPurging()
      await Promise.all([stopServer(server, how, production, logger), postman.stop()])
      await lessons?.close()
      stopLogging() // before the database is let go, which is no outage
    },
  }
}

/** Where people find the site. The port that the system chose for PORT=0 is known only when something listens. */
export function baseUrlOf({ baseUrlIsGiven, baseUrl, host }: Settings, port: number): string {
  return baseUrlIsGiven ? baseUrl : defaultBaseUrl(host, port)
}

// Told once for each outage, until the function that is returned is called: requests that fail meanwhile have lines of their own.
function logOutages(database: Connection, logger: Logger): () => void {
  let isAway = false
  const went = () => {
    if (!isAway) logger.error('The database does not answer')
    isAway = true
  }
  const came = () => {
    if (isAway) logger.info('The database answers again')
    isAway = false
  }
  database.on('disconnected', went).on('connected', came)
  return () => {
    database.off('disconnected', went).off('connected', came)
  }
}

async function stopServer(server: Server, how: Stopping, production: boolean, logger: Logger) {
  await drain(server, how === 'drain' ? 'replaced' : production ? 'watched' : 'unwatched')
  const connections = await close(server)
  if (connections > 0) logger.warn({ connections }, 'Connections were cut: they took too long')
}

/** The teaching wing. It is loaded here and nowhere else: a site without lessons does not even load them. */
export function loadLessons() {
  return import('../lessons/index.ts')
}
