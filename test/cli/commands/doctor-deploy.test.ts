// `sesame doctor --deploy`: ends with 0 only where a site is set up as docs/deployment.md asks.
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkMemory } from '../../../cli/doctor/deploy.ts'
import { openSite, settingsWith, type Site } from '../../helper.ts'
import { openMailServer, type MailServer } from '../../mail-server.ts'
import { environmentOf, run } from '../command.ts'

const HOUR = 60 * 60 * 1000
const secret = () => randomBytes(32).toString('hex')

let site: Site
let mailServer: MailServer
let environment: Record<string, string>
let folder: string
beforeAll(async () => {
  site = await openSite()
  await site.postman.stop() // a letter that waits goes on waiting
  mailServer = await openMailServer()
  folder = await mkdtemp(join(tmpdir(), 'sesame-deploy-'))
  await writeFile(join(folder, 'sesame-1.backup'), '')
  environment = {
    ...environmentOf(site),
    NODE_ENV: 'production',
    DATA_DIR: folder,
    BASE_URL: 'https://localhost:1', // nothing answers there: the site may not run yet
    TRUST_PROXY: '1',
    SESSION_SECRETS: secret(),
    SESSION_ENCRYPTION_KEY: secret(),
    ENCRYPTION_KEYS: secret(),
    PASSWORD_PEPPER: secret(),
    SMTP_URL: `smtp://127.0.0.1:${mailServer.port}`,
    MAIL_FROM: 'sesame@example.com',
  }
})
afterAll(async () => {
  await mailServer.close()
  await site.close()
  await rm(folder, { recursive: true })
})

const ask = (changes: Record<string, string> = {}, backups = folder) =>
  run(['doctor', '--deploy', '--backups', backups], { ...environment, ...changes })

describe('sesame doctor --deploy', () => {
  it('ends with 0 where everything is as docs/deployment.md asks', async () => {
    const { code, out } = await ask()

    expect(out).toMatch(/ok {7}backup {5}The newest backup is of /)
    expect(out).not.toContain('WRONG')
    expect([code, out.trim().split('\n').at(-1)]).toEqual([0, 'It may be deployed.'])
  })

  it.each([
    ['development', { NODE_ENV: 'development' }, /NODE_ENV is not "production"/],
    ['a secret that is too short', { SESSION_SECRETS: 'short' }, /SESSION_SECRETS/],
    ['a secret that is easy to guess', { ENCRYPTION_KEYS: 'x'.repeat(40) }, /ENCRYPTION_KEYS/],
    ['sessions that can be read', { SESSION_ENCRYPTION_KEY: '' }, /SESSION_ENCRYPTION_KEY is not/],
    ['no pepper', { PASSWORD_PEPPER: '' }, /PASSWORD_PEPPER is not set/],
    ['a poor pepper', { PASSWORD_PEPPER: 'x'.repeat(40) }, /PASSWORD_PEPPER is too easy/],
    ['plain HTTP', { BASE_URL: 'http://localhost:1' }, /BASE_URL: must begin with https/],
    ['a proxy that is not trusted', { TRUST_PROXY: '' }, /TRUST_PROXY is not set/],
    ['no mail server', { SMTP_URL: 'smtp://127.0.0.1:1' }, /does not take mails/],
  ])('ends with 1 and says what to do for %s', async (_what, changes, says) => {
    const { code, out } = await ask(changes)

    expect(code).toBe(1)
    expect(out).toMatch(new RegExp(`WRONG {4}.*${says.source}.*\\n +→ .+`))
    expect(out).toContain('It may not be deployed.')
  })

  it('leaves the pepper of a site that has accounts as it is', async () => {
    await site.visitor().becomeMember()

    const { code, out } = await ask({ PASSWORD_PEPPER: '' })

    expect(code).toBe(0)
    expect(out).toMatch(/warning {2}deploy {5}PASSWORD_PEPPER is not set/)
  })

  it('ends with 1 where letters have waited for more than an hour', async () => {
    const outbox = site.database.collection('outbox')
    const waiting = { letter: { kind: 'verify-email' }, dueAt: new Date(), attempts: 3 }
    const createdAt = new Date(Date.now() - 2 * HOUR)
    await outbox.insertOne({ ...waiting, createdAt })
    const late = await ask()
    await outbox.updateMany({}, { $set: { createdAt: new Date() } })
    const soon = await ask()
    await outbox.deleteMany({})

    expect(late.out).toMatch(/WRONG {4}letters/)
    expect(soon.out).toMatch(/warning {2}letters/)
    expect([late.code, soon.code]).toEqual([1, 0])
  })

  it('ends with 1 where there is no backup of the last two days', async () => {
    const [none, old] = [join(folder, 'none'), join(folder, 'old')]
    for (const one of [none, old]) await mkdir(one)
    await writeFile(join(none, 'sesame-2.backup.partial'), '')
    await writeFile(join(old, 'sesame-3.backup'), '')
    const threeDaysAgo = new Date(Date.now() - 72 * HOUR)
    await utimes(join(old, 'sesame-3.backup'), threeDaysAgo, threeDaysAgo)

    const answers = [await ask({}, none), await ask({}, old), await ask({}, join(folder, 'away'))]

    expect(answers.map(({ code }) => code)).toEqual([1, 1, 1])
    for (const { out } of answers) expect(out).toMatch(/WRONG {4}backup/)
  })

  it('finds too little memory', () => {
    const settings = settingsWith({ WORKERS: '2', MONGO_URL: 'mongodb://database.example' })
    const states = [100e6, 200e6, 400e6].map((bytes) => checkMemory(settings, bytes)[0]?.state)

    expect(states).toEqual(['wrong', 'warning', 'ok'])
  })
})
