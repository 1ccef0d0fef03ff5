// What deploy/sesame-backup.service does when its timer calls it: a backup with a time for a name, and then the old ones go.
import { execFile } from 'node:child_process'
import { readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../../config/paths.ts'
import { childEnvironment, environmentOf } from '../cli/command.ts'
import { usersOf } from '../documents.ts'
import { openSite, type Site } from '../helper.ts'
import { read } from '../project-files.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const run = promisify(execFile)
const { text } = read('deploy/sesame-backup.service')
const old = 'sesame-2026-01-01T033000Z.backup'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

describe('deploy/sesame-backup.service', () => {
  it('writes a backup and deletes those older than thirty days, but none where it fails', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, old), '')
    await writeFile(join(folder, 'else.backup'), '')
    const longAgo = new Date(Date.now() - 40 * 24 * 60 * 60 * 1000)
    await utimes(join(folder, old), longAgo, longAgo)

    await usersOf(site).deleteMany({}) // of an empty database there is no backup
    await expect(serve(folder)).rejects.toMatchObject({ code: 1 })
    expect(await readdir(folder)).toContain(old)

    await site.visitor().register()
    await serve(folder)

    const names = (await readdir(folder)).sort()
    expect(names).toEqual([
      'else.backup',
      expect.stringMatching(/^sesame-[\d-]{10}T\d{6}Z\.backup$/),
    ])
  })

  it('runs with the settings and the folders of the site', () => {
    const ofSite = read('deploy/sesame.service').text
    for (const name of ['User', 'WorkingDirectory', 'EnvironmentFile', 'Environment']) {
      expect([name, valueOf(text, name)]).toEqual([name, valueOf(ofSite, name)])
    }
    expect(valueOf(text, 'StateDirectory')).toBe('sesame sesame-backups')
  })
})

// As systemd does it: the second command only after the first has succeeded.
async function serve(folder: string): Promise<void> {
  const env = { ...childEnvironment(), ...environmentOf(site), STATE_BACKUPS: folder }
  for (const name of ['ExecStart', 'ExecStartPost']) {
    const words = [...valueOf(text, name).matchAll(/'([^']*)'|(\S+)/g)].map(
      ([, quoted, plain]) => quoted ?? plain ?? '',
    )
    const [program = '', ...rest] = words.map((word) =>
      word
        .replaceAll('${STATE_BACKUPS}', folder)
        .replaceAll('%%', '%')
        .replaceAll('$$', '$')
        .replaceAll('/usr/bin/node', process.execPath),
    )
    await run(program, rest, { cwd: root, env })
  }
}

function valueOf(unit: string, name: string): string {
  return new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1] ?? ''
}
