// Registrations and captchas have a limit for each address, which a whole class does not meet.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { sessionsOf, usersOf } from '../documents.ts'
import { openSite, type Site } from '../helper.ts'
import { newPerson, page, valueOf, type Visitor } from '../visitor.ts'

const PUPILS = 60
const LESSON = 5 * 60 * 1000 // milliseconds
const start = new Date('2026-11-20T12:00:00Z').getTime()

let site: Site
let address = 0
beforeAll(async () => {
  site = await openSite({ THROTTLE: 'on', TRUST_PROXY: '1' })
})
afterAll(() => site.close())
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: start })
  address++
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a class of sixty behind one address', () => {
  it('registers and signs in within five minutes without meeting the throttle', async () => {
    const statuses: number[] = []
    for (let pupil = 0; pupil < PUPILS; pupil++) {
      vi.setSystemTime(start + (pupil * LESSON) / PUPILS)
      const visitor = visitorFrom(address)
      const person = newPerson()

      statuses.push((await visitor.register(person)).status)
      if (pupil % 6 === 0) await visitor.signIn({ ...person, password: 'mistyped' })
      statuses.push((await visitor.signIn(person)).status)
      statuses.push((await visitor.get('/account')).status)
    }

    const expected = Array.from({ length: PUPILS }, () => [303, 303, 200]).flat()
    expect(statuses).toEqual(expected)
  }, 60_000)
})

describe('POST /register', () => {
  it('answers the twenty-first of a minute 429 with the form as it was typed, and makes no account', async () => {
    for (let time = 0; time < 20; time++) await visitorFrom(address).register()
    const person = newPerson()

    const answer = await visitorFrom(address).register(person)

    expect([answer.status, answer.headers['retry-after']]).toEqual([429, '60'])
    expect(page(answer).querySelector('main [role=alert]')?.text).toContain('1 minute ')
    expect(valueOf(answer, 'username')).toBe(person.username)
    expect(await usersOf(site).countDocuments({ username: person.username })).toBe(0)
    vi.setSystemTime(start + 60_000)
    expect((await visitorFrom(address).register(person)).status).toBe(303)
  })

  it('counts also what was refused because the name is taken', async () => {
    const person = newPerson()
    await visitorFrom(address).register(person)
    for (let time = 1; time < 20; time++) await visitorFrom(address).register(person)

    expect((await visitorFrom(address).register(person)).status).toBe(429)
  })

  it('does not count what the fields were refused for', async () => {
    for (let time = 0; time < 25; time++) await visitorFrom(address).register({ username: '' })

    expect((await visitorFrom(address).register()).status).toBe(303)
  })
})

describe('GET /captcha', () => {
  it('answers the picture 121 of a minute 429 with the error page, and stores nothing', async () => {
    for (let count = 0; count < 120; count++) await visitorFrom(address).get('/captcha')
    const before = await sessionsOf(site).countDocuments()

    const answer = await visitorFrom(address).get('/captcha', { 'Accept-Language': 'zh-CN' })

    const t = translator('zh-CN')
    expect([answer.status, answer.headers['retry-after']]).toEqual([429, '60'])
    expect(page(answer).querySelector('h1')?.text).toBe(t('error.429.title'))
    expect(answer.text).toContain(t('error.429.text', { time: '1 分钟' }))
    expect(await sessionsOf(site).countDocuments()).toBe(before)
    expect((await visitorFrom(address + 100).get('/captcha')).status).toBe(200)
  })

  it.each(['/login', '/register'])('counts a question of %s like a picture', async (path) => {
    for (let count = 0; count < 120; count++) await visitorFrom(address).get('/captcha')

    const question = await visitorFrom(address).get(`${path}?captcha=words`)
    const form = await visitorFrom(address).get(path)

    expect([question.status, form.status]).toEqual([429, 200])
  })
})

function visitorFrom(address: number): Visitor {
  const visitor = site.visitor()
  visitor.agent.set('X-Forwarded-For', `192.0.2.${address}`)
  return visitor
}
