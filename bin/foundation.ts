// What every process of a site stands on: the secret, a database that answers, and its indexes.
import mongoose from 'mongoose'
import { embeddedWrites, serverWrites } from '../config/database.ts'
import type { Settings } from '../config/env.ts'
import type { Logger } from '../config/logger.ts'
import { developmentSecret } from '../lib/development-secret.ts'
import { startEmbeddedMongodb, type EmbeddedMongodb } from '../lib/embedded-mongodb/index.ts'
import type { Guests } from '../lib/embedded-mongodb/gate.ts'
import { noFolder } from '../lib/embedded-mongodb/refusals.ts'
import { connectMongodb } from '../lib/mongodb.ts'
import { buildIndexes } from '../models/indexes.ts'
import { giveKeysToOldUsers } from '../models/old-users.ts'

/** What one process of the site tells the others, so that all of them speak to one database and sign with one secret. */
export type Shared = { sessionSecrets: string[]; mongoUrl: string; isEmbedded: boolean }

export type Foundation = { shared: Shared; close: () => Promise<void> }

/** Start the embedded engine, unless a server is named, and make the database ready. This process is connected then. Throws a StartProblem. */
export async function layFoundation(
  settings: Settings,
  logger: Logger,
  say: (line: string) => void,
  guests?: Guests,
): Promise<Foundation> {
  const sessionSecrets = await secretsOf(settings)
  const engine =
    settings.mongoUrl === undefined
      ? await startEmbeddedMongodb({ ...settings, say, log: logger, guests })
      : undefined
  const shared = {
    sessionSecrets,
    mongoUrl: engine?.url ?? settings.mongoUrl ?? '',
    isEmbedded: engine !== undefined,
  }
  const close = () => tearDown(engine)
  try {
    await connectShared(shared)
    await prepareDatabase(logger)
    return { shared, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Connect this process to the database of all. Throws a StartProblem. */
export async function connectShared({ mongoUrl, isEmbedded }: Shared): Promise<void> {
  await connectMongodb(mongoUrl, isEmbedded ? embeddedWrites : serverWrites)
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

async function tearDown(engine: EmbeddedMongodb | undefined): Promise<void> {
  await mongoose.disconnect()
  await engine?.close()
}
