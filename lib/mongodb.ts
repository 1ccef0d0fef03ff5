// A MongoDB server of one's own: checked for an answer before anything builds on it.
import mongoose, { type Connection } from 'mongoose'
import { connectOptions, DATABASE_NAME } from '../config/database.ts'
import { isDatabaseAway } from './database-away.ts'
import { StartProblem } from './start-problem.ts'

const START_PATIENCE = 5000 // milliseconds that a database which is just starting itself is given

/** Connect mongoose to a database. Throws a StartProblem that says where nothing answered and what to try. */
export async function connectMongodb(url: string): Promise<Connection> {
  const giveUpAt = Date.now() + START_PATIENCE
  for (;;) {
    try {
      await mongoose.connect(url, {
        ...connectOptions,
        ...(namesDatabase(url) ? {} : { dbName: DATABASE_NAME }),
      })
      return mongoose.connection
    } catch (error) {
      if (Date.now() > giveUpAt || !isDatabaseAway(error)) throw noAnswer(url, error)
    }
  }
}

function noAnswer(url: string, error: unknown): StartProblem {
  const reason = error instanceof Error ? withoutPassword(error.message) : ''
  return new StartProblem(
    [
      `No MongoDB answered at ${withoutPassword(url)} (${reason})`,
      'Check that it runs, that MONGO_URL names its host, port, user and password, and that no firewall is in between.',
      'Without MONGO_URL the site starts a database of its own.',
    ].join('\n'),
  )
}

function namesDatabase(url: string): boolean {
  return /^mongodb(\+srv)?:\/\/[^/]+\/[^?]/.test(url)
}

/** The address as it may be shown: without the password in it. */
export function withoutPassword(text: string): string {
  return text.replace(/(mongodb(?:\+srv)?:\/\/[^:/@\s]*):[^/\s]*@/g, '$1:***@')
}
