// The folders on disk: who may read them, how long their paths may be, and what a run that was killed left there.
import { chmod, chown, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openDatabaseAndSecrets } from '../../../bin/setup.ts'
import { createLogger } from '../../../config/logger.ts'
import { StartProblem } from '../../../lib/start-problem.ts'
import { run } from '../../cli/command.ts'
import { settingsWith } from '../../helper.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { connect, runFolders, startEngine } from './engine.ts'

const socketOf = ({ url }: { url: string }) => decodeURIComponent(new URL(url).hostname)

describe('The data folder', () => {
  it('is made with all that is in it, readable by its owner alone', async () => {
    const dataDir = join(await temporaryFolder(), 'data')
    await startEngine(dataDir)
    const [run = ''] = await runFolders(dataDir)

    const modes = await Promise.all(
      ['', 'mongodb', 'sockets', join('sockets', run)].map(async (folder) => {
        const { mode } = await stat(join(dataDir, folder))
        return (mode & 0o777).toString(8)
      }),
    )

    expect(modes).toEqual(['700', '700', '700', '700'])
  })

  it('gives up the sockets that a killed run left behind', async () => {
    const dataDir = await temporaryFolder()
    const left = join(dataDir, 'sockets', 'run-killed', 'embedded-mongodb-killed')
    await mkdir(left, { recursive: true })
    await writeFile(join(left, 'mongodb.sock'), '')

    await startEngine(dataDir)

    const runs = await runFolders(dataDir)
    expect(runs).toHaveLength(1)
    expect(runs).not.toContain('run-killed')
  })

  it('may have a path that is too long for a socket', async () => {
    const dataDir = join(await temporaryFolder(), 'a-long-name-'.repeat(10))
    const engine = await startEngine(dataDir)
    const sockets = dirname(socketOf(engine))
    onTestFinished(() => rm(sockets, { recursive: true, force: true }))

    const connection = await connect(engine)

    expect(await connection.db?.command({ ping: 1 })).toMatchObject({ ok: 1 })
    expect(sockets.startsWith(dataDir)).toBe(false)
    expect(((await stat(sockets)).mode & 0o777).toString(8)).toBe('700')
  })

  it.runIf(process.getuid?.() === 0)(
    'is refused if it lies among everybody’s and somebody else has made a part of it',
    async () => {
      const dataDir = await temporaryFolder()
      await mkdir(join(dataDir, 'sockets'))
      await chown(join(dataDir, 'sockets'), 12345, 12345)
      await chmod(dataDir, 0o1777)

      await expect(startEngine(dataDir)).rejects.toThrow(/sockets belongs to somebody else/)
    },
  )

  it.runIf(process.getuid?.() === 0)(
    'of another user is refused to root, with the sentence of the doctor, before anything is written',
    async () => {
      const DATA_DIR = await temporaryFolder()
      await chown(DATA_DIR, 12345, 12345)

      const command = await run(['user', 'list'], { DATA_DIR })
      const doctor = await run(['doctor'], { DATA_DIR })
      const site = await openDatabaseAndSecrets(
        settingsWith({ DATA_DIR, SESSION_SECRETS: '' }),
        createLogger({ logLevel: 'silent', production: true }),
        () => undefined,
      ).catch((error: unknown) => String(error))

      const [sentence, todo] = command.said.split('\n')
      expect(command.code).toBe(3)
      expect(sentence).toBe(`${DATA_DIR} belongs to another user.`)
      expect(doctor.out).toContain(`${sentence}\n                    → ${todo}`)
      expect(site).toContain(sentence)
      expect(await readdir(DATA_DIR)).toEqual([])
    },
  )

  it.runIf(process.getuid?.() === 0)(
    'that the engine gives up with exit code 14 is told with the file that root has left in it',
    async () => {
      const dataDir = await temporaryFolder()
      const file = join(dataDir, 'mongodb', 'WiredTiger.turtle')
      await mkdir(join(dataDir, 'mongodb'))
      await writeFile(file, 'broken')

      const broken = await startEngine(dataDir).catch((error: unknown) => String(error))
      await chown(file, 12345, 12345)
      const foreign = await startEngine(dataDir).catch((error: unknown) => String(error))

      expect(broken).toMatch(/\(exit code 14\)\nExit code 14 may mean that the disk is full/)
      expect(foreign).toContain(`${file} belongs to another user. A command was run as root.`)
    },
  )

  it('is refused by name where it can not be made', async () => {
    const file = join(await temporaryFolder(), 'file')
    await writeFile(file, '')

    const refusal = await startEngine(join(file, 'data')).catch((error: unknown) => error)

    expect(refusal).toBeInstanceOf(StartProblem)
    expect(String(refusal)).toMatch(/The data folder .*file\/data can't be used: .*\n.*DATA_DIR/)
  })
})
