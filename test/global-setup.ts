// Once for the whole run: the site as `npm start` runs it, the embedded engine that all test files share, and the browser's path.
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { root } from '../config/paths.ts'
import { startEmbeddedMongodb } from '../lib/embedded-mongodb/index.ts'
import { findChromium } from './browser/find-chromium.ts'

declare module 'vitest' {
  interface ProvidedContext {
    mongoUrl: string
    chromium: string
    cacheHome: string
  }
}

export default async function setUp(project: TestProject) {
  build()
  const dataDir = await mkdtemp(join(tmpdir(), 'sesame-test-'))
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
  project.provide('chromium', await findChromium())
  return async () => {
    await engine.close()
    await rm(dataDir, { recursive: true, force: true })
  }
}

// Tests that start the site as a process start what is built, so it has to be built from these very sources.
function build(): void {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  // Without types: they are checked on their own.
  execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--noCheck'], {
    cwd: root,
  })
}
