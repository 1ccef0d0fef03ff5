// docs/make-it-yours.md, done on one copy of the project: another name, a page and a field of one's own, a third language, no lessons; and its checks pass.
// All of the copy's quick tests take minutes: COPY_TESTS=all npx vitest run test/cli/make-it-yours.test.ts runs them too.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../../config/paths.ts'
import { childEnvironment, run as runHere } from './command.ts'

type Lockfile = { packages: Record<string, object> }
type Ended = { stdout: string; stderr: string; code?: number | null } // null where it took too long

const run = promisify(execFile)
const LEFT_OUT = ['node_modules', '.git', '.data']
const CHANGED = [
  'app.ts',
  'bin',
  'middleware',
  'test/helper.ts',
  'README.md',
  'docs',
  'routes/reading-list.ts',
  'models/reading-list.ts',
  'test/routes/reading-list.test.ts',
  'routes/index.ts',
  'models/database/collections.ts',
  'models/user/fields.ts',
]
const TESTS = [
  ...['structure', 'locales', 'docs', 'dependencies', 'routes/reading-list'],
  ...['models/user/fields', 'routes/account/details-own'], // over HTTP, with the field that is added here
].map((name) => `test/${name}.test.ts`)
const tests = process.env.COPY_TESTS === 'all' ? [] : TESTS
const SOURCES = ['app.ts', 'bin', 'cli', 'config', 'lib', 'middleware', 'models', 'routes', 'views']
// What an earlier version of the site has stored goes in its time.
const STILL_NAMING = [
  'cli/commands/remove-lessons.ts',
  'cli/program.ts',
  'models/database/collections.ts',
  'models/database/purge.ts',
]
const TIMEOUT = 1_200_000 // milliseconds: each check reads the whole project

let copy: string
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'make-it-yours-'))
  const filter = (path: string) => !LEFT_OUT.includes(basename(path))
  await cp(root, copy, { recursive: true, filter })
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'))
})
afterAll(() => rm(copy, { recursive: true }))

describe('A copy of the project', () => {
  it('gets a page by one command, which takes no name twice', async () => {
    const written = await sesame('new', 'page', 'reading-list')
    const again = await sesame('new', 'page', 'reading-list')
    const notAName = await sesame('new', 'page', '../x')

    expect([written.code, again.code, notAName.code]).toEqual([0, 1, 2])
    expect(written.said).toContain('test/routes/reading-list.test.ts')
    expect(again.said).toContain('taken')
  })

  it('is left as it is in production', async () => {
    const production = {
      NODE_ENV: 'production',
      SESSION_SECRETS: randomBytes(32).toString('hex'),
      ENCRYPTION_KEYS: randomBytes(32).toString('hex'),
      BASE_URL: 'https://sign-in.example',
      SMTP_URL: 'smtps://mail.example',
      MAIL_FROM: 'site@sign-in.example',
    }

    const { code, said } = await runHere(['new', 'page', 'reading-list'], production)

    expect([code, said]).toEqual([1, expect.stringContaining('refused in production')])
  })

  it('takes another name and a third language, each in one file', async () => {
    await change('config/site.ts', (text) =>
      text.replace(/'Sesame'/g, "'Beacon'").replace("'Open, Sesame!'", "'Come in!'"),
    )
    await writeFile(join(copy, 'config/locales/fr.json'), '{ "login": { "title": "Connexion" } }\n')

    expect(await readFile(join(copy, 'config/site.ts'), 'utf8')).toContain("en: 'Beacon'")
  })

  it('takes a field of the user in three files, as both languages of the recipe have it', async () => {
    const code = await blockOf('docs/make-it-yours.md', 'ts')
    const [imports = '', ...rest] = code.split('\n\n')
    await change('models/user/fields.ts', (source) =>
      source
        .replace(/^import type .*$/m, `$&\n${imports}`)
        .replace(/^\/\*\* In the order .*$\n^export const .*\n/m, rest.join('\n\n')),
    )
    const words = {
      'config/locales/en.json': 'docs/make-it-yours.md',
      'config/locales/zh-CN.json': 'docs/make-it-yours.zh-CN.md',
    }
    for (const [file, recipe] of Object.entries(words)) {
      const group = await blockOf(recipe, 'json')
      await change(file, (text) =>
        text.replace(/\n\}\n$/, `,\n${group.trimEnd().replace(/^/gm, '  ')}\n}\n`),
      )
    }

    expect(await blockOf('docs/make-it-yours.zh-CN.md', 'ts')).toBe(code)
    expect(await readFile(join(copy, 'models/user/fields.ts'), 'utf8')).toContain("'company'")
  })

  it('keeps its lessons while something is in the way of removing them, which is named', async () => {
    const withoutGit = await sesame('remove', 'lessons')
    await git('init')
    const uncommitted = await sesame('remove', 'lessons')
    await change('app.ts', (text) => text.replace('lessons?.cookies', 'lessons?.biscuits'))
    await commit()
    const unknown = await sesame('remove', 'lessons')

    expect([withoutGit.code, uncommitted.code, unknown.code]).toEqual([1, 1, 1])
    expect(withoutGit.said).toContain('in no git repository')
    expect(uncommitted.said).toContain('?? routes/')
    expect(unknown.said).toContain('app.ts is not as')
    expect(await git('status', '--porcelain')).toBe('')
  })

  it('loses its lessons by one command, and nothing but the command speaks of them', async () => {
    await change('app.ts', (text) => text.replace('lessons?.biscuits', 'lessons?.cookies'))
    await commit()
    const removed = await sesame('remove', 'lessons')
    const again = await sesame('remove', 'lessons')

    expect(removed.code, removed.said).toBe(0)
    expect(again.code).toBe(1)
    expect(again.said).toContain('removed already')
    const naming = await git('grep', '-il', 'lesson', '--', ...SOURCES)
    expect(naming.trim().split('\n')).toEqual(STILL_NAMING)
    const { packages } = JSON.parse(
      await readFile(join(copy, 'package-lock.json'), 'utf8'),
    ) as Lockfile
    expect(packages).not.toHaveProperty('node_modules/iron-session')
  })

  // As `npm run check` has them.
  it.each([
    ['its types', 'typescript/bin/tsc', ['-p', '.', '--singleThreaded']],
    ['its lint', 'oxlint/bin/oxlint', CHANGED],
    ['its format', 'oxfmt/bin/oxfmt', ['--check']],
    ['its tests', 'vitest/vitest.mjs', ['run', '--project=fast', '--maxWorkers=1', ...tests]],
  ])(
    'then passes the check of %s',
    async (_what, script, words) => {
      const { code, said } = await node(script, ...words)

      expect(code, said.slice(-3000)).toBe(0)
    },
    TIMEOUT,
  )
})

const sesame = (...words: string[]) => execute('dist/bin/sesame.js', ...words)

/** The code of this language in a document of the copy. */
async function blockOf(path: string, language: string): Promise<string> {
  const text = await readFile(join(copy, path), 'utf8')
  return new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'ms').exec(text)?.[1] ?? ''
}

const commit = async () => {
  await git('add', '--all')
  await git('-c', 'user.name=A', '-c', 'user.email=a@site.example', 'commit', '--message=Change')
}

async function git(...words: string[]): Promise<string> {
  return (await run('git', words, { cwd: copy, env: childEnvironment() })).stdout
}

const node = (script: string, ...words: string[]) => execute(join('node_modules', script), ...words)

async function execute(...command: string[]) {
  const env = { ...childEnvironment(), NODE_ENV: 'test', NO_COLOR: '1' }
  const ended: Ended = await run(process.execPath, command, {
    cwd: copy,
    env,
    timeout: TIMEOUT,
  }).catch((error: unknown) => error as Ended)
  return { code: 'code' in ended ? ended.code : 0, said: ended.stdout + ended.stderr }
}

async function change(path: string, how: (text: string) => string): Promise<void> {
  const file = join(copy, path)
  await writeFile(file, how(await readFile(file, 'utf8')))
}
