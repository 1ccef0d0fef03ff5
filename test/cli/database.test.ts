// The command line on the embedded database: beside a site that runs on it, and alone.
import { describe, expect, it } from 'vitest'
import { isAlive } from '../is-alive.ts'
import { runFolders } from '../lib/embedded-mongodb/engine.ts'
import { validPassword } from '../helper.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { Visitor } from '../visitor.ts'
import { runProcess, startCommand } from './process.ts'
import { openSite } from '../bin/process.ts'

describe('A command without MONGO_URL', () => {
  it('works on the database of the site that runs, and on the folder when it does not', async () => {
    const DATA_DIR = await temporaryFolder()
    const site = await openSite({ DATA_DIR })
    const words = ['user', 'add', 'nina', 'nina@example.com', '--password-stdin']

    const [added, doctor] = await Promise.all([
      runProcess(words, { DATA_DIR }, validPassword),
      runProcess(['doctor'], { DATA_DIR, BASE_URL: site.address }),
    ])
    const status = (await new Visitor(site.address).signIn({ username: 'nina' })).status
    await site.kill('SIGTERM')
    const alone = await runProcess(['user', 'show', 'nina'], { DATA_DIR })

    expect(added.code).toBe(0)
    expect(added.said).toContain(`${DATA_DIR}/mongodb, beside the site that runs on it`)
    expect(doctor).toMatchObject({ code: 0 })
    expect(doctor.out).toContain('Everything is as it has to be.')
    expect(status).toBe(303)
    expect(alone.out).toMatch(/^Sessions {2}1, /m)
    expect(alone.said).toBe(`Database: the embedded one in ${DATA_DIR}/mongodb\n`)
    expect(await runFolders(DATA_DIR)).toEqual([])
    expect(isAlive(await site.databasePid())).toBe(false)
  })

  it('meets a site that starts in the same moment, whichever of them gets the folder', async () => {
    const DATA_DIR = await temporaryFolder()
    const commands = [1, 2].map(() => startCommand(['user', 'list', '--json'], { DATA_DIR }))
    const site = await openSite({ DATA_DIR })

    const ended = await Promise.all(commands.map((command) => command.ended))

    // A command that shared the database of another one may have lost it when that one ended, and says so.
    for (const { code, out, said } of ended) {
      if (code === 0) expect(JSON.parse(out)).toEqual([])
      else expect(said).toMatch(/went away|No MongoDB answered/)
    }
    expect(ended.map(({ code }) => code)).toContain(0)
    expect((await new Visitor(site.address).get('/login')).status).toBe(200)
  })
})
