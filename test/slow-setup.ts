// Once for the slow tests of a run: the site as `npm start` runs it, and one browser for all files.
import { execFileSync } from 'node:child_process'
import { chromium } from 'playwright-core'
import type { TestProject } from 'vitest/node'
import { root } from '../config/paths.ts'
import { findChromium } from './browser/find-chromium.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where test files connect to the browser. */
    browser: string
  }
}

export default async function setUp(project: TestProject) {
  build()
  // As root Chromium starts only without its sandbox. Everything else stays as people have it.
  const isRoot = process.getuid?.() === 0
  const executablePath = await findChromium()
  const browser = await chromium.launchServer({ executablePath, chromiumSandbox: !isRoot })
  project.provide('browser', browser.wsEndpoint())
  return () => browser.close()
}

// Tests that start the site as a process start what is built, so it has to be built from these very sources.
function build(): void {
  execFileSync('npm', ['run', 'prepare'], { cwd: root })
}
