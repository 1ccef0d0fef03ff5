// Starting and stopping the whole site: settings, database, indexes, server, in this order and back.
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import mongoose from 'mongoose'
import { createApp } from '../app.ts'
import { defaultBaseUrl, type Settings } from '../config/env.ts'
import type { Logger } from '../config/logger.ts'
import { developmentSecret } from '../lib/development-secret.ts'
import { startEmbeddedMongodb } from '../lib/embedded-mongodb/index.ts'
import { connectMongodb } from '../lib/mongodb.ts'
import { StartProblem } from '../lib/start-problem.ts'
import { buildIndexes } from '../models/indexes.ts'
import { giveKeysToOldUsers } from '../models/old-users.ts'

const GRACE = 8000 // milliseconds for what is being answered when the site is told to stop

export type Site = { address: string; stop: () => Promise<void> }

/** Start the site; it answers when this resolves. `say` gets the lines for the person at the terminal. Throws a StartProblem. */
export async function start(
  settings: Settings,
  logger: Logger,
  say: (line: string) => void,
): Promise<Site> {
  const own = settings.mongoUrl === undefined
  const engine = own ? await startEmbeddedMongodb({ ...settings, say, log: logger }) : undefined
  try {
    await connectMongodb(engine?.url ?? settings.mongoUrl ?? '')
    await prepareDatabase(logger)
    const server = await listen(settings)
    const complete = await completeSettings(settings, server)
    server.on('request', createApp({ settings: complete, database: mongoose.connection, logger }))
    return {
      address: complete.baseUrl,
      stop: async () => {
        await close(server)
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

async function prepareDatabase(logger: Logger): Promise<void> {
  await buildIndexes()
  const left = await giveKeysToOldUsers()
  if (left > 0) logger.warn({ left }, 'Users whose name or email another user has too')
}

async function listen({ host, port }: Settings): Promise<Server> {
  const server = createServer().listen(port, host)
  try {
    await once(server, 'listening')
    return server
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new StartProblem(
      code === 'EADDRINUSE'
        ? `Port ${port} on ${host} is in use. Stop what uses it, or choose another: PORT=${port + 1} npm start`
        : `The site can't listen on ${host} port ${port} (${code ?? 'unknown reason'}). Check HOST and PORT.`,
    )
  }
}

// What is known only now: the port that the system chose for PORT=0, and the secret kept while developing.
async function completeSettings(settings: Settings, server: Server): Promise<Settings> {
  const { port } = server.address() as AddressInfo
  const { baseUrlIsGiven, baseUrl, sessionSecrets, dataDir, host } = settings
  return {
    ...settings,
    baseUrl: baseUrlIsGiven ? baseUrl : defaultBaseUrl(host, port),
    sessionSecrets: sessionSecrets.length > 0 ? sessionSecrets : [await developmentSecret(dataDir)],
  }
}

// In order: no new connections, then what is in flight, then whoever still holds a connection open.
async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeIdleConnections()
  const impatience = setTimeout(() => {
    server.closeAllConnections()
  }, GRACE)
  await closed
  clearTimeout(impatience)
}
