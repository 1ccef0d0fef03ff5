// deploy/nginx.conf in front of two sites: one session for both, over TLS alone, and no word of a visitor about himself counts.
import { once } from 'node:events'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { connect, type TLSSocket } from 'node:tls'
import supertest from 'supertest'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { brand } from '../../config/site.ts'
import { TIMEOUT } from '../bin/process.ts'
import { validPassword } from '../helper.ts'
import { cookiesOf, newPerson, page, Visitor } from '../visitor.ts'
import {
  BASE_URL,
  FIRST_TIME,
  HAS_MORE,
  openFront,
  VISITOR,
  visitorAt,
  type Front,
} from './front.ts'

const FORGED = {
  'X-Forwarded-For': '203.0.113.7',
  'X-Forwarded-Proto': 'http',
  'X-Forwarded-Host': 'evil.example',
  'X-Forwarded-Port': '80',
  Forwarded: 'for=203.0.113.7;proto=http;host=evil.example',
  'X-Real-IP': '203.0.113.7',
  'X-Request-Id': 'the-one-i-chose',
}

let front: Front
beforeAll(async () => {
  front = await openFront()
}, FIRST_TIME)
afterAll(() => front.close())

describe('POST /login at the front door', () => {
  it('opens a session that both sites know', async () => {
    const visitor = visitorAt(front)
    const { username = '' } = await visitor.becomeMember()

    const answers = [await visitor.get('/account'), await visitor.get('/account')]

    const [one, other] = await front.toldOf('/account', 2)
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect(answers.map(({ text }) => text.includes(username))).toEqual([true, true])
    expect([one?.site, other?.site].sort()).toEqual(front.sites.map((it) => it.address).sort())
  })

  it('sets only cookies that are __Host-, Secure and of this host alone (ASVS 3.3.1, 3.3.3)', async () => {
    const visitor = visitorAt(front)
    const person = newPerson()
    await visitor.register(person)

    const answers = [await visitor.get('/login'), await visitor.signIn(person, FORGED)]

    const cookies = answers.flatMap((answer) => Object.entries(cookiesOf(answer)))
    expect(cookies.map(([name]) => name)).toContain('__Host-sid')
    for (const [name, { flags }] of cookies) {
      expect(name).toMatch(/^__Host-/)
      expect(flags).toEqual(expect.arrayContaining(['secure', 'httponly', 'path=/']))
      expect(flags.filter((flag) => flag.startsWith('domain'))).toEqual([])
    }
  })

  it('counts attempts by the address that nginx sees, whatever a visitor says of it (ASVS 4.1.3)', async () => {
    const { username } = newPerson()
    const attempt = (last: number) => {
      const headers = {
        ...FORGED,
        'X-Forwarded-For': `203.0.113.${last}`,
        'X-Real-IP': `::${last}`,
      }
      return visitorAt(front).signIn({ username, password: 'a wrong one' }, headers)
    }

    const statuses: number[] = []
    for (let last = 1; last <= 6; last++) statuses.push((await attempt(last)).status)

    const said = front.sites.map((site) => site.said()).join('')
    expect(statuses).toEqual([422, 422, 422, 422, 422, 429])
    expect(said).toContain(`"address":"${VISITOR}"`)
    expect(said).not.toContain('203.0.113.')
  })
})

describe('A first visit behind nginx', () => {
  it('takes at most 45 KB with all files, each compressed and kept for a year, and no page compressed (BREACH)', async () => {
    const visitor = visitorAt(front)
    const browser = { 'Accept-Encoding': 'gzip, deflate, br, zstd' }
    const login = await visitor.get('/login', browser)
    const addresses = page(login)
      .querySelectorAll(
        // But for the icon of a home screen, which no first visit loads.
        'link[rel=stylesheet], link[rel=icon], link[rel=manifest], script[src], img',
      )
      .map((one) => one.getAttribute('href') ?? one.getAttribute('src') ?? '')

    const answers = [login]
    for (const address of new Set(addresses)) answers.push(await visitor.get(address, browser))

    const lengths = answers.map(({ headers }) => {
      const names = Object.entries(headers as Record<string, string | string[]>)
      const lines = names.map(
        ([name, value]) => name.length + String(value).length + ': \r\n'.length,
      )
      return lines.reduce((sum, one) => sum + one, Number(headers['content-length']))
    })
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBeLessThan(45_000)
    expect(login.headers).not.toHaveProperty('content-encoding')
    const texts = answers.filter(({ type }) => /css|javascript/.test(type))
    expect(texts.length).toBeGreaterThan(2)
    for (const { headers } of texts) {
      expect(headers).toMatchObject({ 'content-encoding': 'br', vary: 'Accept-Encoding' })
      expect(headers['cache-control']).toBe('public, max-age=31536000, immutable')
    }
  })
})

describe('A page behind nginx', () => {
  it('shows the visitor’s own address where somebody is signed in', async () => {
    const visitor = visitorAt(front)
    const person = newPerson()
    await visitor.register(person)
    await visitor.signIn(person, FORGED)

    const places = page(await visitor.get('/account/sessions')).querySelector('.places')?.text

    expect(places).toContain(VISITOR)
    expect(places).not.toContain('203.0.113.')
  })

  it('asks browsers to keep to HTTPS, once, and takes no request id from a visitor (ASVS 3.4.1)', async () => {
    const answer = await visitorAt(front).get('/login', FORGED)

    expect(answer.headers['strict-transport-security']).toBe('max-age=31536000')
    expect(answer.headers['x-request-id']).toMatch(/^[\da-f]{32}$/)
    expect(answer.headers.server).toBe('nginx')
  })

  it.each(['/readyz', '/READYZ', '/readyz/', '//readyz', '/%72eadyz', '/x/../readyz', '/metrics'])(
    'is not at %s, which is for operators (ASVS 13.4.5)',
    async (path) => {
      const answer = await sendRaw(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)

      const [line] = await front.toldOf(path === '/metrics' ? '/metrics' : '/readyz')
      expect(answer).toMatch(/^HTTP\/1\.1 404 /)
      expect(line?.site).toBe('')
    },
  )
})

describe('A mailed link', () => {
  it('begins with the address of the settings, whatever the headers say (ASVS 14.2.1)', async () => {
    const visitor = visitorAt(front)
    const developer = new Visitor(`http://${front.sites[0]?.address ?? ''}`) // not through nginx
    const person = newPerson()

    const answer = await visitor.register(person, FORGED)

    expect(answer.status).toBe(303)
    await vi.waitFor(async () => {
      const mails = page(await developer.get('/dev/mail')).querySelectorAll('.mails li')
      const mail = mails.find((one) => one.text.includes(person.email))
      expect(mail?.text).toContain(`${BASE_URL}/verify-email/`)
      expect(mail?.text).not.toContain('evil.example')
    }, TIMEOUT)
  })

  it('is shown in no form to whoever addresses another host', async () => {
    const answer = await visitorAt(front).get('/register', { ...FORGED, Host: 'evil.example' })

    expect(answer.status).toBe(421)
  })

  it('stands in no log of nginx', async () => {
    const token = 'T0ken-T0ken-T0ken-T0ken-T0ken-T0ken-T0ken-43'

    await visitorAt(front).get(`/password-reset/${token}?a=query`)
    await visitorAt(front).get(`//Password-Reset//short-token`)

    await front.toldOf('/password-reset/:token')
    await front.toldOf('/Password-Reset/:token')
    const told = await readFile(front.log, 'utf8')
    expect(told).not.toMatch(/T0ken|short-token|query/)
    expect(front.said()).toBe('')
  })
})

describe('Plain HTTP', () => {
  it('leads to HTTPS at the address of the settings and sets no cookie (ASVS 12.2.1)', async () => {
    const answer = await supertest(front.plain)
      .get('/login?next=%2Faccount')
      .set({ ...FORGED, Host: 'evil.example' })

    expect(answer.status).toBe(301)
    expect(answer.headers.location).toBe(`${BASE_URL}/login?next=%2Faccount`)
    expect(answer.headers).not.toHaveProperty('set-cookie')
  })

  it('shows an authority of certificates what proves whose name it is, and nothing else of the folder', async () => {
    const challenges = join(front.acme, '.well-known', 'acme-challenge')
    await mkdir(challenges, { recursive: true })
    await chmod(dirname(front.acme), 0o711) // where nginx is started as root, its processes are nobody
    await writeFile(join(challenges, 'token'), 'token.key')
    await writeFile(join(front.acme, 'secret'), '')

    const shown = await supertest(front.plain).get('/.well-known/acme-challenge/token')
    const beside = await supertest(front.plain).get('/.well-known/acme-challenge/../../secret')

    expect([shown.status, shown.text]).toEqual([200, 'token.key'])
    expect(beside.status).toBe(301)
  })

  it('takes no form: a password that is sent in the clear is refused, not led on (ASVS 4.1.2)', async () => {
    const answer = await supertest(front.plain)
      .post('/login')
      .type('form')
      .send({ username: 'alice', password: validPassword })

    expect(answer.status).toBe(403)
    expect(answer.headers).not.toHaveProperty('location')
  })
})

describe('A request that is not well-formed', () => {
  it('with two lengths is refused before any site sees it (ASVS 4.2.1)', async () => {
    const answer = await sendRaw(
      'POST /login?two HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n' +
        'Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX',
    )

    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(answer.match(/^HTTP/gm)).toHaveLength(1)
  })

  it('is answered with 413 if it is too large, by the site and far above that by nginx', async () => {
    const visitor = visitorAt(front)

    const site = await visitor.post('/login', `username=${'a'.repeat(20_000)}`)
    const nginx = await visitor.post('/login', `username=${'a'.repeat(70_000)}`)

    expect([site.status, nginx.status]).toEqual([413, 413])
    expect(site.text).toContain(brand.name.en)
    expect(nginx.headers).not.toHaveProperty('x-request-id')
  })
})

describe('Whoever asks for too much', () => {
  const request = 'GET /healthz HTTP/1.1\r\nHost: sign-in.example\r\n'
  const crowd = { localAddress: `${VISITOR}1` } // 127.0.0.91: another address, which nobody else uses
  const others = () => visitorAt(front).get('/healthz')

  it.runIf(HAS_MORE)('gets 429 from nginx, and others are answered', async () => {
    const batch = `${request}\r\n`.repeat(99) + `${request}Connection: close\r\n\r\n`
    let answers = ''
    let count = 0

    while (!answers.includes('HTTP/1.1 429') && count++ < 50) answers = await ask(batch, crowd)

    expect(answers).toMatch(/^HTTP\/1\.1 429 [^]*?Retry-After: 5\r\n/m)
    expect(count).toBeGreaterThan(5) // a class may open a page at once
    expect((await others()).status).toBe(200)
  })

  it.runIf(HAS_MORE)('holds 200 unfinished requests at most', async () => {
    const from = { localAddress: `${VISITOR}2` }
    const form = 'POST /login HTTP/1.1\r\nHost: sign-in.example\r\nContent-Length: 9\r\n\r\n'
    const held = await Promise.all(Array.from({ length: 200 }, () => greet(from)))
    for (const socket of held) socket.on('error', () => undefined).write(form) // nginx gives up in time

    const answer = await vi.waitFor(async () => {
      const last = await ask(`${request}Connection: close\r\n\r\n`, from)
      expect(last).toMatch(/^HTTP\/1\.1 429 /)
      return last
    }, TIMEOUT)

    for (const socket of held) socket.destroy()
    expect(answer).toContain('Too many requests come from your address')
    expect((await others()).status).toBe(200)
  })
})

describe('TLS', () => {
  it.each(['TLSv1', 'TLSv1.1'] as const)('is not spoken as %s (ASVS 12.1.1)', async (version) => {
    const greeting = greet({ maxVersion: version, ciphers: 'ALL:@SECLEVEL=0' })

    await expect(greeting).rejects.toThrow('alert protocol version')
  })

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('is spoken as %s', async (version) => {
    const socket = await greet({ minVersion: version, maxVersion: version })

    expect(socket.getProtocol()).toBe(version)
    socket.destroy()
  })
})

async function greet(options: object): Promise<TLSSocket> {
  const { host, ports, ca } = front
  const socket = connect({ host, port: ports.secure, ca, minVersion: 'TLSv1', ...options })
  await once(socket, 'secureConnect')
  return socket
}

/** Send these very bytes, which ask for the end of the connection, and read until then. */
async function ask(bytes: string, options: object): Promise<string> {
  const socket = await greet(options)
  socket.write(bytes)
  return text(socket)
}

/** Send these very bytes, and read until nginx closes. */
async function sendRaw(bytes: string): Promise<string> {
  const socket = await greet({})
  socket.end(bytes)
  return text(socket)
}
