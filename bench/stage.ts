// What every case builds on: a folder that is gone afterwards, one engine with a database for each contender, and the options.
import { mkdtemp, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { MongoClient } from 'mongodb'
import { startEmbeddedMongodb } from '../lib/embedded-mongodb/index.ts'
import type { Options } from './options.ts'

export type Stage = {
  options: Options
  folder: string
  cacheHome: string
  client: MongoClient
  /** The address of a database of this name. */
  databaseUrl: (name: string) => string
  /** Tell the person at the terminal what is going on. */
  say: (line: string) => void
}

/** Set the stage, let the work be done on it, and clear it away whatever comes. */
export async function withStage<T>(options: Options, work: (stage: Stage) => Promise<T>) {
  const say = (line: string) => void process.stderr.write(`${line}\n`)
  const folder = await mkdtemp(join(tmpdir(), 'sesame-bench-'))
  const cacheHome = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache')
  try {
    const engine = await startEmbeddedMongodb({
      dataDir: folder,
      cacheDir: join(cacheHome, 'sesame'),
      say,
      log: { warn: (_fields, message) => say(message) },
    })
    const client = new MongoClient(engine.url)
    const databaseUrl = (name: string) => engine.url.replace('/?', `/${name}?`)
    try {
      return await work({ options, folder, cacheHome, client, databaseUrl, say })
    } finally {
      await client.close()
      await engine.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
