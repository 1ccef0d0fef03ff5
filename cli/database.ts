// The database that a command works on: the one in MONGO_URL, or the embedded one, shared with the site where that runs.
import { once } from 'node:events'
import { connect } from 'node:net'
import mongoose from 'mongoose'
import { commandOptions, embeddedWrites, serverWrites } from '../config/database.ts'
import { readSettings, type Settings } from '../config/env.ts'
import { makeFolders } from '../lib/embedded-mongodb/folders.ts'
import { addressOf, startEmbeddedMongodb } from '../lib/embedded-mongodb/index.ts'
import { FolderInUse } from '../lib/embedded-mongodb/refusals.ts'
import { connectMongodb, withoutSecrets } from '../lib/mongodb.ts'
import { usePepper } from '../lib/password.ts'
import { StartProblem } from '../lib/start-problem.ts'
import { buildIndexes } from '../models/database/indexes.ts'
import { addKeysToLegacyUsers } from '../models/user/legacy.ts'
import { printError } from './terminal.ts'

const TIMEOUT = 5000 // milliseconds for a site that is just starting or stopping

export type Opened = { name: string; close: () => Promise<void> }

/** Do something with the database open, and close it whatever comes. With `prepare` its indexes are built first, as the site does. */
export async function withDatabase<T>(
  work: (settings: Settings) => Promise<T>,
  { prepare = false } = {},
): Promise<T> {
  const settings = settingsOrProblem()
  const { name, close } = await openDatabase(settings)
  printError(`Database: ${name}`)
  try {
    if (prepare) {
      await buildIndexes()
      await addKeysToLegacyUsers()
    }
    return await work(settings)
  } finally {
    await close()
  }
}

/** The settings, which are the site's own. Throws a StartProblem that tells all that is wrong. */
export function settingsOrProblem(): Settings {
  const read = readSettings()
  if (!read.ok) {
    throw new StartProblem('The settings have problems:', ...read.problems.map((one) => `  ${one}`))
  }
  usePepper(read.settings.passwordPepper)
  return read.settings
}

/** Connect mongoose, unless this process is connected already. Throws a StartProblem. */
export async function openDatabase(settings: Settings): Promise<Opened> {
  if (mongoose.connection.readyState === mongoose.ConnectionStates.connected) {
    // Whoever connected also disconnects: a test, whose site is in the same process.
    return { name: mongoose.connection.name, close: () => Promise.resolve() }
  }
  if (settings.mongoUrl !== undefined) {
    await connectMongodb(settings.mongoUrl, serverWrites, commandOptions)
    return { name: withoutSecrets(settings.mongoUrl), close: () => mongoose.disconnect() }
  }
  const giveUpAt = Date.now() + TIMEOUT
  for (;;) {
    try {
      return (await joinEngine(settings)) ?? (await startEngine(settings))
    } catch (error) {
      // Between looking and starting a site may have started, or one that was there may have stopped: look again.
      if (!(error instanceof FolderInUse) || Date.now() > giveUpAt) throw error
    }
  }
}

async function joinEngine(settings: Settings): Promise<Opened | undefined> {
  const folders = await makeFolders(settings.dataDir)
  if (!(await isOpen(folders.gate))) return undefined
  await connectMongodb(addressOf(folders), embeddedWrites, commandOptions)
  const name = `the embedded one in ${folders.database}, beside the site that runs on it`
  return { name, close: () => mongoose.disconnect() }
}

async function startEngine(settings: Settings): Promise<Opened> {
  const log = { warn: (_fields: object, message: string) => printError(message) }
  const engine = await startEmbeddedMongodb({ ...settings, timeout: 0, say: printError, log })
  const close = async () => {
    await mongoose.disconnect()
    await engine.close()
  }
  try {
    await connectMongodb(engine.url, embeddedWrites, commandOptions)
    return { name: `the embedded one in ${settings.dataDir}/mongodb`, close }
  } catch (error) {
    await close()
    throw error
  }
}

// The socket may be that of a run that is over: only who answers counts.
async function isOpen(socket: string): Promise<boolean> {
  const connection = connect(socket)
  try {
    await once(connection, 'connect')
    return true
  } catch {
    return false
  } finally {
    connection.destroy()
  }
}
