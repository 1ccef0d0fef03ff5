// What every case builds on: a folder that is gone afterwards, one engine with a database for each contender, and rounds.
import { mkdtemp, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { MongoClient } from 'mongodb'
import { startEmbeddedMongodb } from '../lib/embedded-mongodb/index.ts'
import type { Options } from './options.ts'
import { figure, ratios, type Figure, type Spread } from './statistics.ts'

export type Stage = {
  options: Options
  folder: string
  /** Where profiles are kept, beyond the end of the run. */
  profiles: string
  client: MongoClient
  /** The address of a database of this name. */
  databaseUrl: (name: string) => string
}

/** Start an engine on this folder, for whatever of the bench or the soak needs one. */
export async function startEngine(dataDir: string) {
  return startEmbeddedMongodb({
    dataDir,
    cacheDir: join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'sesame'),
    say: console.error,
    log: { warn: (_fields, message) => console.error(message) },
  })
}

/** Set the stage, let the work be done on it, and clear it away whatever comes. */
export async function withStage(options: Options, work: (stage: Stage) => Promise<void>) {
  const folder = await mkdtemp(join(tmpdir(), 'sesame-bench-'))
  try {
    const engine = await startEngine(folder)
    const client = new MongoClient(engine.url)
    const databaseUrl = (name: string) => engine.url.replace('/?', `/${name}?`)
    try {
      await work({ options, folder, profiles: `${folder}-profiles`, client, databaseUrl })
    } finally {
      await client.close()
      await engine.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Note what was measured of a contender or a page. */
export type Note = (of: string, what: string, value: number, unit?: string) => void

/** All figures, and the ratio of two of them, round by round; "ours: answers a second" names one. */
type Measured = { figures: Figure[]; ratio: (these: string, those: string) => Spread }

/** How long a turn under full load lasts. */
export function turnOf({ options: { seconds, answers } }: Stage) {
  return answers === undefined ? { duration: seconds } : { amount: answers }
}

/** Let each have its turn, once to warm up and then in every round that counts, every second time in the other order. */
export async function inRounds(
  { options: { rounds } }: Stage,
  title: string,
  turns: ((note: Note) => Promise<void>)[],
): Promise<Measured> {
  const all = new Map<string, { of: string; what: string; unit: string; values: number[] }>()
  for (let round = 0; round <= rounds; round++) {
    console.error(`${title}: ${round === 0 ? 'warming up' : `round ${round} of ${rounds}`}`)
    const note: Note = (of, what, value, unit = '') => {
      const one = all.get(`${of}: ${what}`) ?? { of, what, unit, values: [] }
      if (round > 0) one.values.push(value)
      all.set(`${of}: ${what}`, one)
    }
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn(note)
  }
  return {
    figures: [...all.values()].map(({ of, what, unit, values }) => figure(of, what, unit, values)),
    ratio: (these, those) => ratios(all.get(these)?.values ?? [], all.get(those)?.values ?? []),
  }
}
