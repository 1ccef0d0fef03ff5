// Once for each project of a run: the embedded engine that all its test files share.
import { mkdtemp, rm, statfs } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startEmbeddedMongodb } from '../lib/embedded-mongodb/index.ts'

const MEMORY = '/dev/shm'
const ROOM = 1024 ** 3 // bytes: far more than a run ever takes

declare module 'vitest' {
  interface ProvidedContext {
    mongoUrl: string
    cacheHome: string
  }
}

export default async function setUp(project: TestProject) {
  const dataDir = await mkdtemp(join(await placeForData(), 'sesame-test-'))
  const cacheHome = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache')
  const engine = await startEmbeddedMongodb({
    dataDir,
    cacheDir: join(cacheHome, 'sesame'),
    say: (line) => process.stdout.write(`${line}\n`),
    log: {
      warn: (fields, message) => process.stderr.write(`${message} ${JSON.stringify(fields)}\n`),
    },
  })
  project.provide('mongoUrl', engine.url)
  project.provide('cacheHome', cacheHome)
  return async () => {
    await engine.close()
    await rm(dataDir, { recursive: true, force: true })
  }
}

// In memory where there is room for it: each write waits for the journal, on a disk twice as long.
async function placeForData(): Promise<string> {
  const { bavail, bsize } = await statfs(MEMORY).catch(() => ({ bavail: 0, bsize: 0 }))
  return bavail * bsize > ROOM ? MEMORY : tmpdir()
}
