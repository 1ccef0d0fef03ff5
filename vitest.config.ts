// The tests in two projects: fast, each file's site within the test's process; slow, with child processes, browsers and cut wires.
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const ALL = 'test/**/*.test.ts'
const SLOW = [
  'test/{bench,bin,browser,cli,deploy}/**/*.test.ts',
  'test/lessons/{browser,cluster,servers}.test.ts',
  'test/lessons/servers/*.test.ts',
  'test/lib/embedded-mongodb/*.test.ts',
  'test/lib/metrics/cluster.test.ts',
  'test/lib/session/away.test.ts',
  'test/routes/readyz.test.ts',
  'test/cut-off*.test.ts',
  'test/{outage,outage-sessions,replica-set,servers}.test.ts',
]

const BUILT_PAIR = join(import.meta.dirname, 'dist', 'lessons', 'servers', 'pair.js')

// They take longest, so they begin first: at the end no core is left without work.
const LONGEST = [
  'lessons/browser',
  'cli/make-it-yours',
  'browser/pages',
  'lessons/servers/processes',
  'cut-off-operator',
  'outage',
  'bin/workers',
  'cli/commands/import',
  'cli/commands/backup',
  'browser/forms-in-place',
  'bench/index',
  'bench/soak',
  'cut-off',
  'outage-sessions',
  'lib/embedded-mongodb/index',
  'cut-off-sign-in',
  'markup',
  'models/mail/postman',
  'properties',
]

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const bySize = await super.sort(files)
    return bySize.sort((one, other) => rank(one) - rank(other))
  }
}

// All of a project in a row: a process that has loaded the libraries goes on with files of its own project only.
function rank({ moduleId, project }: TestSpecification): number {
  const index = LONGEST.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`))
  const place = index < 0 ? LONGEST.length : index
  return project.name === 'slow' ? place : LONGEST.length + 1 + place
}

export default defineConfig({
  test: {
    maxWorkers: 3, // also on two cores: a file mostly waits for the engine or the browser
    isolate: false, // a process runs many files, one after the other: loading the libraries for each took longer than the tests
    pool: 'forks', // processes that share nothing: mongoose's connection and the pepper are one per process
    testTimeout: 120_000, // only for what hangs: a busy machine may be slow
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000, interval: 20 } },
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: [ALL],
          exclude: SLOW,
          globalSetup: ['test/global-setup.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'slow',
          include: SLOW,
          globalSetup: ['test/global-setup.ts', 'test/slow-setup.ts'],
          // The built one starts its servers from built files: from the sources each takes twice as long.
          alias: [{ find: /^.*\/pair\.ts$/, replacement: BUILT_PAIR }],
        },
      },
    ],
  },
})
