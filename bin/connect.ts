// This process and the database of all: connected, made ready, let go. Loaded while the engine is starting, because it takes as long.
import { setTimeout } from 'node:timers/promises'
import mongoose from 'mongoose'
import { embeddedWrites, serverWrites } from '../config/database.ts'
import type { Logger } from '../config/logger.ts'
import { connectMongodb } from '../lib/mongodb.ts'
import { isDatabaseAway } from '../lib/mongodb/away.ts'
import { StartProblem } from '../lib/start-problem.ts'
import { buildIndexes } from '../models/database/indexes.ts'
import { addKeysToLegacyUsers } from '../models/user/legacy.ts'
import type { Shared } from './messages.ts'

const ATTEMPTS = 5
const FIRST_PAUSE = 250 // milliseconds; each pause is twice as long as the last

/** Connect this process to the database of all. Throws a StartProblem. */
export async function connectShared({ mongoUrl, isEmbedded }: Shared): Promise<void> {
  await connectMongodb(mongoUrl, isEmbedded ? embeddedWrites : serverWrites)
}

/**
 * Build the indexes, and give users of older versions what they lack. Where the database goes away meanwhile it is tried again,
 * for some seconds; then throws a StartProblem.
 */
export async function prepareDatabase(logger: Logger): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await buildIndexes()
      const left = await addKeysToLegacyUsers()
      if (left > 0) logger.warn({ left }, 'Users whose name or email another user has too')
      return
    } catch (error) {
      if (!isDatabaseAway(error)) throw error
      if (attempt === ATTEMPTS) throw staysAway(error as Error)
      // On a busy machine it may just be slow: a command gives up after a second, because a page would (config/database.ts).
      const pause = FIRST_PAUSE * 2 ** (attempt - 1)
      const { name: reason } = error as Error
      logger.warn({ reason, pause }, 'The database went away at the start; it is tried again')
      await setTimeout(pause)
    }
  }
}

function staysAway({ message }: Error): StartProblem {
  return new StartProblem(
    `The database went away while its indexes were built (${message})`,
    'What is built stays built: start the site again once the database answers.',
  )
}

/** Let the database go. */
export const disconnect = () => mongoose.disconnect()
