// A MongoDB server of one's own: checked for an answer before anything builds on it.
import mongoose, { type Connection, type ConnectOptions } from 'mongoose'
import {
  connectOptions,
  DATABASE_NAME,
  serverWrites,
  type embeddedWrites,
} from '../config/database.ts'
import { isDatabaseAway } from './mongodb/away.ts'
import { repairDriver } from './mongodb/driver-repair.ts'
import { StartProblem } from './start-problem.ts'

const START_TIMEOUT = 5000 // milliseconds that a database which is just starting itself is given

/** Connect mongoose to a database; every write waits for what `writes` asks. Throws a StartProblem that says where nothing answered and what to try. */
export async function connectMongodb(
  url: string,
  writes: typeof serverWrites | typeof embeddedWrites = serverWrites,
  options: ConnectOptions = connectOptions,
): Promise<Connection> {
  const giveUpAt = Date.now() + START_TIMEOUT
  repairDriver()
  for (;;) {
    try {
      await mongoose.connect(url, {
        ...options,
        writeConcern: writes,
        ...(namesDatabase(url) ? {} : { dbName: DATABASE_NAME }),
      })
      return mongoose.connection
    } catch (error) {
      if (Date.now() > giveUpAt || !isDatabaseAway(error)) throw noAnswer(url, error)
    }
  }
}

function noAnswer(url: string, error: unknown): StartProblem {
  const address = withoutSecrets(url)
  const reason = error instanceof Error ? error.message.replaceAll(url, address) : ''
  return new StartProblem(
    `No MongoDB answered at ${address} (${reason})`,
    'Check that it runs, that MONGO_URL names its host, port, user and password, and that no firewall is in between.',
    'Without MONGO_URL the site starts a database of its own.',
  )
}

function namesDatabase(url: string): boolean {
  return /^mongodb(\+srv)?:\/\/[^/]+\/[^?]/.test(url)
}

/** The address as it may be shown. A password reaches to the last "@", whatever it holds, and an option can be a secret too. */
export function withoutSecrets(url: string): string {
  return url.replace(/^(mongodb(?:\+srv)?:\/\/[^:/@\s]*).*@/s, '$1:***@').replace(/\?.*/s, '')
}
