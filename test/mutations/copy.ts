// A copy of the tree to break things in: the tracked files as they are now, and the packages of the tree itself.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs' // oxfmt-ignore
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { root } from '../../config/paths.ts'
import type { Mutation } from './mutation.ts'

const RUN_TIMEOUT = 10 * 60 * 1000 // milliseconds: a mistake after which the tests never end is noticed, too
const TEST_TIMEOUT = 90_000 // milliseconds of one test: most that hang because of a mistake would hang for good

type Report = { testResults: { name: string; status: string }[] }
export type Copy = ReturnType<typeof makeCopy>

/** Make a copy; whoever asked for it removes it. */
export function makeCopy() {
  const folder = mkdtempSync(join(tmpdir(), 'sesame-mutations-'))
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  for (const path of tracked.split('\0').filter((one) => one && existsSync(join(root, one)))) {
    cpSync(join(root, path), join(folder, path))
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  return {
    /** True if these tests pass; without any it is the whole project "fast". */
    passes: async (tests: string[]) => (await run(folder, tests, ['--bail', '1'])) === 0,
    /** Those of these test files that fail. */
    async failing(tests: string[]): Promise<string[]> {
      const report = join(folder, 'report.json')
      await run(folder, tests, ['--reporter', 'json', '--outputFile', report])
      const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report
      const passed = testResults.filter(({ status }) => status === 'passed')
      const names = passed.map(({ name }) => relative(folder, name))
      return tests.filter((one) => !names.includes(one))
    },
    /** Break a line for as long as the work takes. */
    async broken<T>({ file, from, to }: Mutation, work: () => Promise<T>): Promise<T> {
      const path = join(folder, file)
      const text = readFileSync(path, 'utf8')
      writeFileSync(
        path,
        text.replace(from, () => to),
      )
      try {
        return await work()
      } finally {
        writeFileSync(path, text)
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** True if the line that is to be broken is in the sources, once. */
export function applies({ file, from, to }: Mutation): boolean {
  const path = join(root, file)
  return from !== to && existsSync(path) && readFileSync(path, 'utf8').split(from).length === 2
}

// Returns the exit code, null if it was ended.
async function run(folder: string, tests: string[], how: string[]): Promise<number | null> {
  const vitest = join(folder, 'node_modules', 'vitest', 'vitest.mjs')
  const what = tests.length > 0 ? tests : ['--project', 'fast']
  const limits = ['--testTimeout', String(TEST_TIMEOUT)]
  const child = spawn(process.execPath, [vitest, 'run', ...what, ...how, ...limits], {
    cwd: folder,
    stdio: 'ignore',
    timeout: RUN_TIMEOUT,
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return code
}
