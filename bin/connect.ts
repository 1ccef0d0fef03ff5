// This process and the database of all: connected, made ready, let go. Loaded while the engine is starting, because it takes as long.
import mongoose from 'mongoose'
import { embeddedWrites, serverWrites } from '../config/database.ts'
import type { Logger } from '../config/logger.ts'
import { connectMongodb } from '../lib/mongodb.ts'
import { isDatabaseAway } from '../lib/mongodb/away.ts'
import { StartProblem } from '../lib/start-problem.ts'
import { buildIndexes } from '../models/database/indexes.ts'
import { addKeysToLegacyUsers } from '../models/user/legacy.ts'
import type { Shared } from './messages.ts'

/** Connect this process to the database of all. Throws a StartProblem. */
export async function connectShared({ mongoUrl, isEmbedded }: Shared): Promise<void> {
  await connectMongodb(mongoUrl, isEmbedded ? embeddedWrites : serverWrites)
}

/** Build the indexes, and give users of older versions what they lack. Throws a StartProblem if the database goes away meanwhile. */
export async function prepareDatabase(logger: Logger): Promise<void> {
  try {
    await buildIndexes()
    const left = await addKeysToLegacyUsers()
    if (left > 0) logger.warn({ left }, 'Users whose name or email another user has too')
  } catch (error) {
    if (!isDatabaseAway(error)) throw error
    throw new StartProblem(
      `The database went away while its indexes were built (${(error as Error).message})`,
      'What is built stays built: start the site again once the database answers.',
    )
  }
}

/** Let the database go. */
export const disconnect = () => mongoose.disconnect()
