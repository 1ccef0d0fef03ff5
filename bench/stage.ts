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
  client: MongoClient
  /** Arguments for the Node.js of ours. */
  siteArgs: string[]
  /** The address of a database of this name. */
  databaseUrl: (name: string) => string
}

/** Set the stage, let the work be done on it, and clear it away whatever comes. */
export async function withStage(options: Options, work: (stage: Stage) => Promise<void>) {
  const folder = await mkdtemp(join(tmpdir(), 'sesame-bench-'))
  try {
    const engine = await startEmbeddedMongodb({
      dataDir: folder,
      cacheDir: join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'sesame'),
      say: console.error,
      log: { warn: (_fields, message) => console.error(message) },
    })
    const client = new MongoClient(engine.url)
    const databaseUrl = (name: string) => engine.url.replace('/?', `/${name}?`)
    try {
      await work({ options, folder, client, siteArgs: [], databaseUrl })
    } finally {
      await client.close()
      await engine.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

type Turn = () => Promise<Record<string, number | number[]>>

/**
 * Let each have its turn, once to warm up and then in every round that counts, every second time in the other order. Returns
 * what was measured under a name, in the order of the rounds.
 */
export async function inRounds({ options: { rounds } }: Stage, title: string, turns: Turn[]) {
  const measured = new Map<string, number[]>()
  for (let round = 0; round <= rounds; round++) {
    console.error(`${title}: ${round === 0 ? 'warming up' : `round ${round} of ${rounds}`}`)
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) {
      for (const [name, values] of Object.entries(await turn())) {
        const earlier = measured.get(name) ?? []
        if (round > 0) measured.set(name, earlier.concat(values))
      }
    }
  }
  return (name: string): number[] => measured.get(name) ?? []
}
