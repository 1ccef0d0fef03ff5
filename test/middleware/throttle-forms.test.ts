// Registrations and captchas have a limit for each address, which a whole class does not meet.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { attemptLimits } from '../../config/limits.ts'
import { beginSignIn, countAttempt } from '../../models/sign-in/throttle.ts'
import { countUp, sessionsOf, usersOf } from '../documents.ts'
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
    const caller = { networks: [`192.0.2.${address}`], isCounted: true }
    const refusals: unknown[] = []
    const count = async (limit: 'captcha' | 'registration') =>
      refusals.push(await countAttempt(caller, limit))
    const signIn = async (name: string, isRight: boolean) => {
      const attempt = await beginSignIn(caller, name)
      if (!attempt.ok) refusals.push(attempt)
      else if (isRight) await attempt.succeed()
    }
    for (let pupil = 1; pupil < PUPILS; pupil++) {
      vi.setSystemTime(start + (pupil * LESSON) / PUPILS)
      await count('captcha')
      await count('registration')
      if (pupil % 6 === 0) {
        await count('captcha')
        await signIn(`pupil ${pupil}`, false)
      }
      await count('captcha')
      await signIn(`pupil ${pupil}`, true)
    }
    const last = visitorFrom(address)
    const person = newPerson()

    const answers = [await last.register(person), await last.signIn(person)]

    expect(refusals.filter((refusal) => refusal !== undefined)).toEqual([])
    expect(answers.map(({ status }) => status)).toEqual([303, 303])
    expect((await last.get('/account')).status).toBe(200)
  })
})

describe('POST /register', () => {
  it('answers the twenty-first of a minute 429 with the form as it was typed, and makes no account', async () => {
    await countUp('registration', `192.0.2.${address}`)
    const person = newPerson()

    const answer = await visitorFrom(address).register(person)

    expect([answer.status, answer.headers['retry-after']]).toEqual([429, '60'])
    expect(page(answer).querySelector('main [role=alert]')?.text).toContain('1 minute ')
    expect(valueOf(answer, 'username')).toBe(person.username)
    expect(await usersOf(site).countDocuments({ username: person.username })).toBe(0)
    vi.setSystemTime(start + 60_000)
    expect((await visitorFrom(address).register(person)).status).toBe(303)
  })

  it('counts what was done, and also what was refused because the name is taken', async () => {
    await countUp('registration', `192.0.2.${address}`, attemptLimits.registration.points - 2)
    const person = newPerson()

    const statuses = []
    while (statuses.length < 3) statuses.push((await visitorFrom(address).register(person)).status)

    expect(statuses).toEqual([303, 422, 429])
  })

  it('does not count what the fields were refused for', async () => {
    await countUp('registration', `192.0.2.${address}`, attemptLimits.registration.points - 1)

    const refused = await visitorFrom(address).register({ username: '' })

    expect(refused.status).toBe(422)
    expect((await visitorFrom(address).register()).status).toBe(303)
    expect((await visitorFrom(address).register()).status).toBe(429)
  })
})

describe('POST /account/username', () => {
  it('counts like a registration, because the answer shows who has a name', async () => {
    const member = visitorFrom(address)
    const { password: current = '' } = await member.becomeMember()
    const { username } = await visitorFrom(address + 100).becomeMember()
    const form = { username: username ?? '', current }
    await countUp('registration', `192.0.2.${address}`, attemptLimits.registration.points - 1)

    const answers = [
      await member.fill('/account/username', form),
      await member.fill('/account/username', form),
    ]

    expect(answers.map(({ status }) => status)).toEqual([422, 429])
  })
})

describe('GET /captcha', () => {
  it('answers the picture 1201 of a minute 429 with the error page, and stores nothing', async () => {
    await countUp('captcha', `192.0.2.${address}`, attemptLimits.captcha.points - 1)
    expect((await visitorFrom(address).get('/captcha')).status).toBe(200)
    const before = await sessionsOf(site).countDocuments()

    const answer = await visitorFrom(address).get('/captcha', { 'Accept-Language': 'zh-CN' })

    const t = translator('zh-CN')
    expect([answer.status, answer.headers['retry-after']]).toEqual([429, '60'])
    expect(page(answer).querySelector('h1')?.text).toBe(t('error.429.title'))
    expect(answer.text).toContain(t('error.429.text', { time: '1 分钟' }))
    expect(await sessionsOf(site).countDocuments()).toBe(before)
    expect((await visitorFrom(address + 100).get('/captcha')).status).toBe(200)
  })

  it.each(['/captcha', '/login?captcha=words'])(
    'refuses %s as a part of another site before it is counted, and opens it from a link there',
    async (path) => {
      await countUp('captcha', `192.0.2.${address}`, attemptLimits.captcha.points - 1)
      const from = (dest: string, site = 'cross-site') => ({
        'Sec-Fetch-Site': site,
        'Sec-Fetch-Dest': dest,
      })
      const embedded = [from('image'), from('iframe'), from('empty'), from('image', 'same-site')]

      const statuses = []
      for (const headers of embedded) {
        statuses.push((await visitorFrom(address).get(path, headers)).status)
      }
      const linked = await visitorFrom(address).get(path, from('document'))

      expect(statuses).toEqual([403, 403, 403, 403])
      expect(linked.status).toBe(200)
    },
  )

  it.each(['/login', '/register'])('counts a question of %s like a picture', async (path) => {
    await countUp('captcha', `192.0.2.${address}`, attemptLimits.captcha.points - 1)

    const question = await visitorFrom(address).get(`${path}?captcha=words`)
    const another = await visitorFrom(address).get(`${path}?captcha=words`)
    const form = await visitorFrom(address).get(path)

    expect([question.status, another.status, form.status]).toEqual([200, 429, 200])
  })
})

function visitorFrom(address: number): Visitor {
  const visitor = site.visitor()
  visitor.agent.set('X-Forwarded-For', `192.0.2.${address}`)
  return visitor
}
