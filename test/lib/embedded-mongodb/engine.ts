// An engine of a test's own, closed when the test is over, and what the tests look at in its folder.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import mongoose, { type Connection } from 'mongoose'
import { inject, onTestFinished } from 'vitest'
import { connectOptions } from '../../../config/database.ts'
import { startEmbeddedMongodb, type EmbeddedMongodb } from '../../../lib/embedded-mongodb/index.ts'

export const TIMEOUT = { timeout: 20_000, interval: 20 } // for what takes long only on a busy machine

/** Start an engine on a folder. */
export async function startEngine(
  dataDir: string,
  cacheDir = join(inject('cacheHome'), 'sesame'),
): Promise<EmbeddedMongodb> {
  const engine = await startEmbeddedMongodb({
    dataDir,
    cacheDir,
    say: () => undefined,
    log: { warn: () => undefined },
  })
  onTestFinished(() => engine.close())
  return engine
}

/** Connect to an engine as the site does. */
export async function connect({ url }: EmbeddedMongodb): Promise<Connection> {
  const connection = mongoose.createConnection(url, { ...connectOptions, dbName: 'test' })
  onTestFinished(() => connection.close())
  return connection.asPromise()
}

/** The process that holds the engine now. */
export function pidOf(engine: EmbeddedMongodb): number {
  const pid = engine.pid()
  if (pid === undefined) throw new Error('The engine has no process')
  return pid
}

/** The folders that runs of the engine made for their sockets. */
export async function runFolders(dataDir: string): Promise<string[]> {
  const names = await readdir(join(dataDir, 'sockets'))
  return names.filter((name) => name.startsWith('run-'))
}
