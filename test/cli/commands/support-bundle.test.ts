// `sesame support-bundle`: what helps, and nothing that is secret or tells of a person.
import { randomBytes } from 'node:crypto'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLogger } from '../../../config/logger.ts'
import { version } from '../../../config/version.ts'
import { openSite, type Site } from '../../helper.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { environmentOf, run } from '../command.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

// Each as somebody would recognise it, and a name that a mail server or a database needs percent-encoded.
const secret = (name: string) => `${name}-${randomBytes(24).toString('hex')}`
const SECRETS = {
  SESSION_SECRETS: secret('signs'),
  SESSION_ENCRYPTION_KEY: secret('seals'),
  ENCRYPTION_KEYS: secret('encrypts'),
  PASSWORD_PEPPER: secret('seasons'),
}
const PASSWORDS = ['p/w: of mail', 'p@w of data', 'p?w of a key']
const [ofMail = '', ofData = '', ofKey = ''] = PASSWORDS.map(encodeURIComponent)
const EMAILS = ['sesame@site.example', 'hole@site.example', 'ann@people.example']
const CAPTCHA = 'QK7PX'
const environment = {
  ...SECRETS,
  SMTP_URL: `smtp://robot:${ofMail}@127.0.0.1:1`,
  MONGO_URL: `mongodb://robot:${ofData}@127.0.0.1:1/x?tlsCertificateKeyFilePassword=${ofKey}`,
  MAIL_FROM: `Sesame <${EMAILS[0]}>`,
  SECURITY_CONTACT: `mailto:${EMAILS[1]}`,
  CAPTCHA: `fixed:${CAPTCHA}`,
  BASE_URL: 'http://localhost:1',
}

describe('sesame support-bundle', () => {
  it('holds versions, settings, what the doctor finds and the last lines of the log', async () => {
    const log = await logOf((logger) => logger.info({ method: 'GET', status: 200 }, 'home'))

    const { code, out } = await run(['support-bundle', '--log', log], environmentOf(site))

    const bundle = JSON.parse(out) as Record<string, unknown>
    expect(code).toBe(0)
    expect(bundle).toMatchObject({
      versions: { sesame: version, node: process.versions.node },
      settings: { workers: 1, mongoUrl: 'set', smtpUrl: 'not set' },
      log: [{ level: 30, msg: 'home', method: 'GET', status: 200 }],
    })
    expect(bundle.findings).toContainEqual(
      expect.objectContaining({ check: 'passwords', state: 'ok' }),
    )
  })

  it('holds no secret, password, token, email or id of a session, whatever the log says', async () => {
    const { username = '', email = '', sid = '' } = await signedIn()
    const token = randomBytes(32).toString('base64url')
    const log = await logOf((logger) => {
      const { SMTP_URL, MONGO_URL } = environment
      const said = [...Object.values(SECRETS), ...PASSWORDS, ...EMAILS, SMTP_URL, MONGO_URL, token]
      for (const one of said) {
        const cause = new Error(`cause ${one}`)
        logger.error(Object.assign(new Error(`failed: ${one}`, { cause }), { code: 'EFAULT' }))
        logger.warn({ reason: one, event: one, route: `/x/${one}`, session: one }, `said ${one}`)
        logger.info({ typed: one, err: { stack: one } }, 'typed')
      }
      logger.info({ userId: username, address: email, session: sid, mail: email }, 'signed in')
    })
    await writeFile(log, `a line of another program, with ${token}\n`, { flag: 'a' })

    const printed = await run(['support-bundle', '--log', log], environment)
    const invalid = await run(['support-bundle', '--log', log], {
      ...environment,
      PASSWORD_PEPPER: 'too short',
    })

    expect([printed.code, invalid.code]).toEqual([0, 0])
    expect((JSON.parse(printed.out) as { log: unknown[] }).log).toHaveLength(41)
    const forbidden = [
      ...Object.values(SECRETS),
      ...Object.values(SECRETS).map((one) => one.slice(-48)),
      ...PASSWORDS,
      ...[ofMail, ofData, ofKey, CAPTCHA, token, username, email, sid, 'too short'],
      ...EMAILS,
    ]
    for (const { out, said } of [printed, invalid]) {
      expect(forbidden.filter((one) => `${out}${said}`.includes(one))).toEqual([])
    }
  })

  it('is written for its user alone, and not over another file', async () => {
    const file = join(await temporaryFolder(), 'bundle.json')

    const first = await run(['support-bundle', file], environmentOf(site))
    const second = await run(['support-bundle', file], environmentOf(site))

    expect([first.code, second.code]).toEqual([0, 1])
    expect(second.said).toContain('is there already')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(JSON.parse(await readFile(file, 'utf8'))).toHaveProperty('versions')
  })
})

async function signedIn(): Promise<Record<string, string>> {
  const visitor = site.visitor()
  const person = await visitor.becomeMember()
  const [, sid = ''] = /^s:([^.]+)\./.exec(decodeURIComponent(visitor.cookie('sid') ?? '')) ?? []
  return { ...person, sid }
}

// A log as the site writes it in production.
async function logOf(write: (logger: ReturnType<typeof createLogger>) => void): Promise<string> {
  const file = join(await temporaryFolder(), 'sesame.log')
  const lines: string[] = []
  write(createLogger({ logLevel: 'info', production: true }, { write: (line) => lines.push(line) }))
  await writeFile(file, lines.join(''))
  return file
}
