// The commands as processes, as an operator runs them; what each does is shown in test/cli/commands, without a process each.
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { spawnSite } from '../bin/process.ts'
import { usersOf } from '../documents.ts'
import { openSite, type Site } from '../helper.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { environmentOf } from './command.ts'
import { runProcess } from './process.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

const sesame = (...words: string[]) => runProcess(words, environmentOf(site))

describe('A command with MONGO_URL', () => {
  it('works on the database that it names, ends by itself and leaves its exit code', async () => {
    const file = join(await temporaryFolder(), 'site.backup')

    const made = await sesame('demo')
    const saved = await sesame('backup', file)
    const ended = await Promise.all([
      sesame('session', 'list', '--json'),
      sesame('user', 'lock', 'alice'),
      sesame('user', 'unlock', 'nobody-at-all'),
      sesame('user', 'reset-link', 'alice'),
      sesame('user', 'delete', 'old-otto', '--yes'),
    ])
    const names = await usersOf(site).distinct('username')
    const restored = await sesame('restore', file, '--replace', '--yes')

    expect(made.said).toBe(
      `Database: ${environmentOf(site).MONGO_URL?.replace(/\?.*/, '') ?? ''}\n`,
    )
    expect([made.code, saved.code, restored.code]).toEqual([0, 0, 0])
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 1, 0, 0])
    expect(JSON.parse(ended[0].out)).not.toEqual([])
    expect(names).not.toContain('old-otto')
    expect(await usersOf(site).distinct('username')).toContain('old-otto')
  })
})

describe('A command and the site under a Node that is too old', () => {
  it('end with a sentence before anything else is loaded', async () => {
    const old = "Object.defineProperty(process.versions,'node',{value:'18.19.0'})"
    const NODE_OPTIONS = `--import=data:text/javascript,${old}`
    const DATA_DIR = await temporaryFolder()

    const command = await runProcess(['--version'], { NODE_OPTIONS })
    const started = spawnSite({ DATA_DIR, NODE_OPTIONS })

    expect(command).toMatchObject({ code: 1, out: '' })
    expect(command.said).toMatch(
      /^[^\n]+ needs Node\.js 20\.19 or newer, and this is 18\.19\.0\..*\n$/,
    )
    expect(await started.ended).toBe(1)
    expect(started.said()).toBe(command.said)
  })
})
