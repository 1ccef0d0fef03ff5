// A site on an engine of its own, for tests that kill or stop the database: the other files' engine goes on undisturbed.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { embeddedWrites } from '../config/database.ts'
import { startEmbeddedMongodb, type EmbeddedMongodb } from '../lib/embedded-mongodb/index.ts'
import { connectMongodb } from '../lib/mongodb.ts'
import { buildIndexes } from '../models/database/indexes.ts'
import { openSite, type Site } from './helper.ts'

export type MortalSite = { site: Site; engine: EmbeddedMongodb; close: () => Promise<void> }

/** Start an engine in a new folder and open a site on it. Closing removes both. */
export async function openMortalSite(environment: NodeJS.ProcessEnv = {}): Promise<MortalSite> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sesame-test-'))
  const engine = await startEmbeddedMongodb({
    dataDir,
    cacheDir: join(inject('cacheHome'), 'sesame'),
    say: () => undefined,
    log: { warn: () => undefined },
  })
  await connectMongodb(engine.url, embeddedWrites)
  await buildIndexes()
  const site = await openSite(environment) // on the connection that is there already
  return {
    site,
    engine,
    close: async () => {
      await site.postman.stop()
      await site.database.close()
      await engine.close()
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
