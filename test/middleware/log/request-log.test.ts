// One line for each request, under its id, with nothing in it that opens a door.
import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import express from 'express'
import { pino } from 'pino'
import supertest from 'supertest'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { requestLog } from '../../../middleware/log/request-log.ts'
import { sessionOf, usersOf } from '../../documents.ts'
import { CAPTCHA, openSite, type Site } from '../../helper.ts'
import { newPerson } from '../../visitor.ts'

type Line = {
  level: number
  requestId?: string
  event?: string
  method?: string
  route?: string
  status?: number
  ms?: number
  userId?: string
  msg?: string
}

const TIMEOUT = { timeout: 20_000, interval: 20 } // for what takes long only on a busy machine

let site: Site
beforeAll(async () => {
  site = await openSite({ LOG_LEVEL: 'trace' })
})
afterAll(() => site.close())

describe('GET /home', () => {
  it('is one line with id, method, route, status and time, and nothing else (ASVS 16.2.1)', async () => {
    const before = site.log.length

    const answer = await site.visitor().get('/home?token=query-secret')

    const lines = linesSince(before)
    const requestId = String(answer.headers['x-request-id'])
    const asAlways = ['level', 'time', 'pid', 'hostname']
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({ requestId, method: 'GET', route: '/home', status: 200 })
    expect(lines[0]?.ms).toBeGreaterThan(0)
    expect(Object.keys(lines[0] ?? {}).sort()).toEqual(
      [...asAlways, 'requestId', 'method', 'route', 'status', 'ms', 'msg'].sort(),
    )
  })

  it('tells who is signed in by the id alone', async () => {
    const member = site.visitor()
    const { username = '' } = await member.registerAndSignIn()
    const user = await usersOf(site).findOne({ username })
    const before = site.log.length

    await member.get('/home')

    const lines = linesSince(before)
    expect(lines.map(({ userId }) => userId)).toEqual([String(user?._id)])
    expect(site.log.slice(before).join()).not.toContain(username)
  })
})

describe('The route of a line', () => {
  it.each([
    ['GET', '/password-reset/a-key-to-an-account', '/password-reset/:token'],
    ['GET', '/Verify-Email/a-key-to-an-account/?more', '/verify-email/:token'],
    ['GET', '/account/Not-Me/a-key-to-an-account', '/account/not-me/:token'],
    ['GET', '/css/site.css?v=1', '(static)'],
    ['GET', '/healthz', '/healthz'],
    ['GET', '/no-such-page/a-key-to-an-account', '(none)'],
    ['GET', '/password-reset/a-key-to-an-account/more', '(none)'],
    ['PUT', '/account/password', '/account/password'],
    ['GET', '/%E0%A4%A', '(none)'],
  ])('of %s %s is %s, and the line says no more of the address', async (method, path, route) => {
    const before = site.log.length

    await request(method, path)

    const lines = linesSince(before)
    expect(lines.map((line) => line.route)).toEqual([route])
    expect(lines[0]?.msg).toMatch(`${method} ${route} `)
    expect(site.log.slice(before).join()).not.toMatch(/a-key-to|more|v=1|%E0/)
  })

  it('is the page’s own also where it was refused before the page was asked', async () => {
    const before = site.log.length

    await site.visitor().post('/password-reset/key', {}, { 'Sec-Fetch-Site': 'cross-site' })

    const line = linesSince(before).find(({ status }) => status === 403)
    expect(line?.route).toBe('/password-reset/:token')
  })
})

describe('A visitor who leaves before the answer', () => {
  it('is a line without a status', async () => {
    const server = site.app.listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const before = site.log.length
    const arrived = once(server, 'request')
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    socket.write(
      'POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n' +
        'Content-Length: 99\r\n\r\nusername=',
    )
    await arrived

    socket.destroy()

    const lines = await vi.waitFor(() => {
      const found = linesSince(before)
      expect(found).toHaveLength(1)
      return found
    }, TIMEOUT)
    expect(lines[0]).toMatchObject({ event: 'aborted', method: 'POST', route: '/login', level: 30 })
    expect(lines[0]?.status).toBeUndefined()
    expect(lines[0]?.msg).toBe('POST /login aborted')
  })
})

describe('An answer that somebody writes to after its end', () => {
  it('is a line with the error, and the process goes on', async () => {
    const lines: string[] = []
    const app = express().set('route patterns', ['/'])
    app.use(requestLog(app, pino({}, { write: (line: string) => void lines.push(line) })))
    app.get('/', (_req, res) => {
      res.end('done')
      res.write('more')
    })

    const answer = await supertest(app).get('/')

    expect(answer.text).toBe('done')
    await vi.waitFor(() => expect(lines).toHaveLength(1), TIMEOUT)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 50,
      err: { message: 'write after end' },
    })
  })
})

describe('GET /no-such-page', () => {
  it('is one line, and no accident', async () => {
    const before = site.log.length

    await site.visitor().get('/no-such-page')

    const lines = linesSince(before)
    expect(lines).toHaveLength(1)
    expect(lines[0]?.level).toBeLessThan(50)
  })
})

describe('a whole visit', () => {
  it('leaves no password, captcha, cookie or token in the log (ASVS 16.2.5)', async () => {
    const visitor = site.visitor()
    const person = { ...newPerson(), password: 'a password for the log 芝麻' }
    const secrets = new Set([person.password, CAPTCHA, 'another try', 'query-secret'])
    const noteCookies = () => {
      for (const name of ['sid', 'csrf', 'notice', 'locale-choice']) {
        const value = visitor.cookie(name)
        if (value) secrets.add(value).add(decodeURIComponent(value))
      }
    }

    for (const step of [
      () => visitor.get('/account?token=query-secret'),
      () => visitor.register({ ...person, email: 'nobody' }),
      () => visitor.register(person),
      () => visitor.signIn({ ...person, password: 'another try' }),
      () => visitor.signIn({ ...person, captcha: 'WRONG-ANSWER' }),
      () => visitor.signIn({ ...person, remember: 'on' }),
      () => visitor.get('/account'),
      () => visitor.post('/logout', { _csrf: 'wrong-token' }),
      () => visitor.post('/no-such-page', { password: 'another try' }),
      () => visitor.post('/login', `password=${'another try'.repeat(2000)}`),
      () => visitor.get('/home', { Authorization: 'Bearer query-secret' }),
    ]) {
      await step()
      noteCookies()
      secrets.add(await visitor.token('/home'))
    }
    const stored = JSON.stringify(await sessionOf(site, visitor))
    await visitor.fill('/logout', {})

    const log = site.log.join('\n')
    expect(stored).toContain(person.username)
    expect(secrets.size).toBeGreaterThan(8)
    for (const secret of [...secrets, 'WRONG-ANSWER', 'wrong-token', '芝麻', 's%3A', '$argon2id']) {
      expect(log).not.toContain(secret)
    }
  })

  it('leaves no id of a session in the log', async () => {
    const member = site.visitor()
    await member.registerAndSignIn()
    const [, id = 'none'] = /^s:([^.]+)/.exec(decodeURIComponent(member.cookie('sid') ?? '')) ?? []

    await member.get('/account')
    await member.fill('/logout', {})

    expect(id).not.toBe('none')
    expect(site.log.join('\n')).not.toContain(id)
  })
})

function linesSince(before: number): Line[] {
  return site.log.slice(before).map((line) => JSON.parse(line) as Line)
}

async function request(method: string, path: string): Promise<void> {
  const agent = supertest(site.app)
  await (method === 'PUT' ? agent.put(path) : agent.get(path))
}
