// `sesame doctor`: each set-up that is broken is found, with what to do about it.
import { once } from 'node:events'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import md5 from 'md5'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { checkDatabase } from '../../../cli/doctor/database.ts'
import { checkFiles } from '../../../cli/doctor/files.ts'
import type { Finding } from '../../../cli/doctor/finding.ts'
import { checkMail } from '../../../cli/doctor/mail.ts'
import { checkNode } from '../../../cli/doctor/node.ts'
import { checkSettings } from '../../../cli/doctor/settings.ts'
import { checkSite, judge } from '../../../cli/doctor/site.ts'
import { buildIndexes } from '../../../models/database/indexes.ts'
import { usersOf } from '../../documents.ts'
import { openSite, settingsWith, type Site } from '../../helper.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { openMailServer } from '../../mail-server.ts'
import { environmentOf, run } from '../command.ts'
import { runProcess } from '../process.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

const PRODUCTION = {
  NODE_ENV: 'production',
  CAPTCHA: 'on',
  THROTTLE: 'on',
  SESSION_SECRETS: 'a secret for production and long enough',
  ENCRYPTION_KEYS: 'a key for production and long enough',
  SMTP_URL: 'smtp://127.0.0.1:1',
  MAIL_FROM: 'sesame@example.com',
  INSECURE_HTTP: 'on',
}

describe('sesame doctor', () => {
  it('tells every problem of the settings and ends with 1', async () => {
    const { code, out } = await run(['doctor'], { PORT: 'x', PASSWORD_PEPPER: 'short-pepper' })

    expect(code).toBe(1)
    expect(out).toMatch(/^WRONG {4}settings {3}PORT: .*\n +→ /m)
    expect(out).toMatch(/^WRONG {4}settings {3}PASSWORD_PEPPER: /m)
    expect(out).not.toContain('short-pepper')
    expect(out).toContain('2 things wrong, 0 warnings.')
  })

  it('goes on after a database that can not be opened, and ends with 0 if all is well but warnings', async () => {
    const DATA_DIR = await temporaryFolder()
    const file = join(DATA_DIR, 'file')
    await writeFile(file, '')
    const away = await runProcess(['doctor', '--json'], { DATA_DIR: join(file, 'data'), PORT: '1' })
    const { code, out } = await run(['doctor'], { ...environmentOf(site), DATA_DIR, PORT: '1' })

    expect(away.code).toBe(1)
    const findings = JSON.parse(away.out) as Finding[]
    expect(findings.find(({ check }) => check === 'database')).toMatchObject({ state: 'wrong' })
    expect(findings.at(-1)?.check).toBe('mail')
    expect(code).toBe(0)
    expect(out).toMatch(/warning {2}site {7}http:\/\/localhost:1\/login does not answer/)
  })
})

describe('The check of the settings', () => {
  it('finds production without https, and a site for others that is not in production', () => {
    const open = checkSettings(settingsWith({ HOST: '0.0.0.0' }))
    const plainHttp = checkSettings(settingsWith({ ...PRODUCTION, BASE_URL: 'http://a.example' }))
    const numbers = checkSettings(settingsWith({ BASE_URL: 'http://192.168.1.20:3000' }))
    const noAddress = checkSettings(settingsWith(PRODUCTION))

    expect(open.map(({ state }) => state)).toEqual(['warning', 'warning'])
    expect(plainHttp).toMatchObject([matching({ state: 'wrong', todo: /https/ })])
    expect(numbers).toMatchObject([matching({ state: 'warning', says: /no passkeys/ })])
    expect(noAddress[0]?.says).toContain('BASE_URL is not set')
  })
})

describe('The check of Node', () => {
  it('wants the version that package.json asks for', () => {
    expect(checkNode('20.9.0')).toMatchObject([{ state: 'wrong' }])
    expect(checkNode('100.0.0')).toMatchObject([{ state: 'ok' }])
  })
})

describe('The check of the files', () => {
  it('finds what other users may read and says how to close it', async () => {
    const DATA_DIR = await temporaryFolder()
    const secret = join(DATA_DIR, 'session-secret')
    const settings = settingsWith({ DATA_DIR, SESSION_SECRETS: '' })
    await writeFile(secret, 'x', { mode: 0o644 })
    await mkdir(join(DATA_DIR, 'mongodb'), { mode: 0o700 })
    await chmod(DATA_DIR, 0o755)

    const open = await checkFiles(settings)
    await chmod(DATA_DIR, 0o700)
    await chmod(secret, 0o600)
    const closed = await checkFiles(settings)

    expect(open).toMatchObject([
      { state: 'wrong', todo: `chmod 700 ${DATA_DIR}` },
      { state: 'wrong', todo: `chmod 600 ${secret}` },
    ])
    expect(closed).toMatchObject([{ state: 'ok' }])
  })
})

describe('The check of the database', () => {
  it('finds an index that is missing or another one, sessions left over, and bare md5s', async () => {
    const healthy = await checkDatabase()
    await usersOf(site).dropIndex('keys_1')
    await site.database.collection('attempts').dropIndex('key_1')
    await site.database.collection('attempts').createIndex({ key: 1 }, {}, {})
    await site.database.collection('sessions').insertOne({ purgeAt: new Date(0) })
    await usersOf(site).insertOne({ username: 'old', password: md5('x') })

    const sick = (await checkDatabase()).filter(({ state }) => state !== 'ok')

    await site.database.collection('attempts').dropIndex('key_1')
    await buildIndexes()
    expect(healthy.map(({ state }) => state)).toEqual(healthy.map(() => 'ok'))
    expect(sick.map(({ check, state }) => [check, state])).toEqual([
      ['indexes', 'wrong'],
      ['indexes', 'wrong'],
      ['expiry', 'warning'],
      ['passwords', 'warning'],
    ])
    expect(sick[0]?.says).toContain('users {"keys":1}')
    expect(sick[3]?.todo).toBe('node dist/bin/sesame.js password upgrade')
  })
})

describe('The check of the site', () => {
  it('is content with the site itself, and finds a proxy that drops cookies or leads elsewhere', async () => {
    const own = await listen(createServer(site.app))
    const dropping = await listen(proxyTo(own, '/login'))
    const elsewhere = await listen(proxyTo(own, '/nowhere'))

    const findings = await Promise.all(
      [own, dropping, elsewhere].map((BASE_URL) => checkSite(settingsWith({ BASE_URL }))),
    )

    expect(findings[0]).toMatchObject([{ state: 'ok' }])
    expect(findings[1]).toMatchObject([{ state: 'wrong', says: /cookie csrf/ }].map(matching))
    expect(findings[2]).toMatchObject([{ state: 'wrong', says: /404/ }].map(matching))
  })

  it('finds https without a trusted proxy, and what a proxy takes off the answer', async () => {
    const settings = settingsWith({ BASE_URL: 'https://127.0.0.1:1' })
    const answer = (cookie: string, headers = {}) =>
      judge(settings, 'x', new Response('', { headers: { 'Set-Cookie': cookie, ...headers } }))
    const HSTS = { 'Strict-Transport-Security': 'max-age=31536000' }
    const flags = 'Path=/; HttpOnly; SameSite=Lax'

    const [proxy, silent] = await checkSite(settings)

    expect(proxy).toMatchObject(matching({ state: 'wrong', todo: /TRUST_PROXY=1/ }))
    expect(silent).toMatchObject({ state: 'warning' })
    expect(answer(`__Host-csrf=x; ${flags}; Secure`, HSTS)).toEqual([])
    expect(answer(`__Host-csrf=x; ${flags}`, HSTS)).toMatchObject([matching({ says: /secure/ })])
    expect(answer(`csrf=x; ${flags}`, HSTS)).toMatchObject([
      matching({ todo: /X-Forwarded-Proto/ }),
    ])
    expect(answer(`__Host-csrf=x; ${flags}; Secure`)).toMatchObject([matching({ says: /Strict/ })])
  })
})

describe('The checks of the site and of mail', () => {
  it('name a certificate that is not trusted as that, and how an authority of one’s own comes to be', async () => {
    const server = await openMailServer({ secure: true })
    onTestFinished(server.close)
    const { port } = server
    const mailFrom = { name: '', address: 'sesame@example.com' }
    const settings = settingsWith({ BASE_URL: `https://127.0.0.1:${port}`, TRUST_PROXY: '1' })

    const [bySite] = await checkSite(settings)
    const [byMail] = await checkMail({
      ...settings,
      smtpUrl: `smtps://127.0.0.1:${port}`,
      mailFrom,
    })

    for (const found of [bySite, byMail]) {
      expect(found).toMatchObject(
        matching({ todo: /certificate is not trusted.*NODE_EXTRA_CA_CERTS=/ }),
      )
    }
  })
})

describe('The check of mail', () => {
  it('signs in at the server, and tells a wrong password and a silent server apart, without showing it', async () => {
    const server = new SMTPServer({
      hideSTARTTLS: true, // its certificate is nobody's
      allowInsecureAuth: true,
      onAuth: ({ password }, _session, done) => {
        if (password === 'right') done(null, { user: 'me' })
        else done(new Error('no'))
      },
    })
    server.listen(0, '127.0.0.1')
    onTestFinished(() => new Promise<void>((resolve) => server.close(resolve)))
    await once(server.server, 'listening')
    const { port } = server.server.address() as AddressInfo
    const mailFrom = { name: '', address: 'sesame@example.com' }
    const check = (smtpUrl?: string) => checkMail({ ...settingsWith({}), smtpUrl, mailFrom })

    const findings = await Promise.all([
      check(`smtp://me:right@127.0.0.1:${port}`),
      check(`smtp://me:geheim@127.0.0.1:${port}`),
      check('smtp://me:geheim@127.0.0.1:1'),
      check(undefined),
    ])

    const states = findings.map(([one]) => one?.state)
    expect(states).toEqual(['ok', 'wrong', 'wrong', 'ok'])
    expect(findings[1]).toMatchObject([matching({ todo: /user and password/ })])
    expect(findings[2]).toMatchObject([matching({ todo: /firewall/ })])
    expect(JSON.stringify(findings)).not.toContain('geheim')
  })
})

describe('The check of mail with a sender', () => {
  it('finds a server that signs the site in and refuses its letters, and sends none itself', async () => {
    const server = await openMailServer()
    onTestFinished(() => server.close())
    const smtpUrl = `smtp://127.0.0.1:${server.port}`
    const mailFrom = { name: '', address: 'sesame@example.com' }
    const check = () => checkMail({ ...settingsWith({}), smtpUrl, mailFrom })

    const taken = await check()
    server.answer(550, 'MAIL FROM')
    const sender = await check()
    server.answer(550, 'RCPT TO')
    const recipient = await check()

    expect(taken).toMatchObject([{ state: 'ok' }])
    expect(sender).toMatchObject(
      [{ state: 'wrong', says: /from sesame@example.com \(550/ }].map(matching),
    )
    expect(recipient).toMatchObject([{ state: 'warning', todo: /mail test/ }].map(matching))
    expect(server.arrived).toEqual([])
  })
})

function matching(fields: Record<string, string | RegExp>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      value instanceof RegExp ? (expect.stringMatching(value) as unknown) : value,
    ]),
  )
}

async function listen(server: ReturnType<typeof createServer>): Promise<string> {
  server.listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

// A proxy that asks for another path than it was asked for, and passes no cookies on.
function proxyTo(target: string, path: string) {
  return createServer((_req, res) => {
    request(`${target}${path}`, (answer) => {
      res.writeHead(answer.statusCode ?? 500)
      answer.pipe(res)
    }).end()
  })
}
