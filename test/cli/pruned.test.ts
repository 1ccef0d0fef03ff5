// What an operator has on a server: the site after "npm ci && npm prune --omit=dev", called from any folder, without a network.
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../../config/paths.ts'
import { read } from '../project-files.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { childEnvironment } from './command.ts'

const run = promisify(execFile)
const COPIED = ['config', 'dist', 'lessons', 'package.json', 'package-lock.json']

let copy: string
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'sesame-pruned-'))
  for (const name of COPIED) await cp(join(root, name), join(copy, name), { recursive: true })
  await copyPackages()
  await run('npm', ['prune', '--omit=dev', '--offline'], { cwd: copy })
})
afterAll(() => rm(copy, { recursive: true, force: true }))

describe('node dist/bin/sesame.js without the packages for development', () => {
  it('tells the version, and names itself as it can be called from where it is called', async () => {
    const elsewhere = await temporaryFolder()
    const { version } = JSON.parse(read('package.json').text) as { version: string }

    const told = await sesame(elsewhere, '--version')
    const far = await sesame(elsewhere, 'user', 'show', '--help')
    const near = await sesame(copy, 'user', 'show', '--help')

    expect(told).toBe(`${version}\n`)
    expect(far).toContain(`  node ${join(copy, 'dist/bin/sesame.js')} user show alice`)
    expect(near).toContain('  node dist/bin/sesame.js user show alice')
  })

  it('opens the database of the site, wherever it is called from', async () => {
    const elsewhere = await temporaryFolder()

    const listed = await sesame(elsewhere, 'user', 'list', '--json')

    expect(listed).toBe('[]\n')
    expect(await readdir(elsewhere)).toEqual([])
    expect(await readdir(join(copy, '.data'))).toContain('mongodb')
  })
})

// By links, which takes no time, where both lie on one disk. But for npm's own list, which it overwrites in place.
async function copyPackages(): Promise<void> {
  const from = join(root, 'node_modules')
  const to = join(copy, 'node_modules')
  await run('cp', ['-Rl', from, to]).catch(() => cp(from, to, { recursive: true, force: true }))
  await rm(join(to, '.package-lock.json'))
}

async function sesame(cwd: string, ...words: string[]): Promise<string> {
  const script = join(copy, 'dist', 'bin', 'sesame.js')
  const env = childEnvironment()
  return (await run(process.execPath, [script, ...words], { cwd, env })).stdout
}
