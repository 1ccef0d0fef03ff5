// One line for each request, under its id, with nothing in it that opens a door.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sessionOf } from '../documents.ts'
import { CAPTCHA, openSite, type Site } from '../helper.ts'
import { newPerson } from '../visitor.ts'

type Line = {
  level: number
  requestId?: string
  req?: { method: string; path: string }
  res?: object
}

let site: Site
beforeAll(async () => {
  site = await openSite({ LOG_LEVEL: 'trace' })
})
afterAll(() => site.close())

describe('GET /home', () => {
  it('is one line with method, path, status and the id that the visitor got', async () => {
    const before = site.log.length

    const answer = await site.visitor().get('/home')

    const lines = site.log.slice(before).map((line) => JSON.parse(line) as Line)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({
      requestId: answer.headers['x-request-id'],
      req: { method: 'GET', path: '/home' },
      res: { status: 200 },
    })
  })
})

describe('GET /no-such-page', () => {
  it('is one line, and no accident', async () => {
    const before = site.log.length

    await site.visitor().get('/no-such-page')

    const lines = site.log.slice(before).map((line) => JSON.parse(line) as Line)
    expect(lines).toHaveLength(1)
    expect(lines[0]?.level).toBeLessThan(50)
  })
})

describe('a whole visit', () => {
  it('leaves no password, captcha, cookie or token in the log', async () => {
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
    await member.becomeMember()
    const [, id = 'none'] = /^s:([^.]+)/.exec(decodeURIComponent(member.cookie('sid') ?? '')) ?? []

    await member.get('/account')
    await member.fill('/logout', {})

    expect(id).not.toBe('none')
    expect(site.log.join('\n')).not.toContain(id)
  })
})
