// Guessing passwords comes to an end: what who signs in too often is told, and what it says of accounts (nothing).
import mongoose from 'mongoose'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { beginSignIn, unlockAccount, type SignInTarget } from '../../models/sign-in/throttle.ts'
import { usersOf } from '../documents.ts'
import { openSite, type Site } from '../helper.ts'
import { storeUser } from '../member.ts'
import { errorsOf, newPerson, page, titleOf, valueOf, type Visitor } from '../visitor.ts'

const t = translator('en')
const QUARTER = 15 * 60 // seconds

let site: Site
let visitor: Visitor
let network: string
let count = 0
beforeAll(async () => {
  site = await openSite({ THROTTLE: 'on', CAPTCHA: 'off', TRUST_PROXY: '1' })
})
afterAll(() => site.close())
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-20T12:00:00Z') })
  network = `192.0.2.${count++}`
  visitor = visitorFrom(network)
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('POST /login after five failures (ASVS 6.3.1)', () => {
  it('answers 429 with Retry-After, the time in words, and the form as it was typed', async () => {
    const { username } = await person()
    for (let time = 0; time < 5; time++) await fail(visitor, username)

    const answer = await visitor.fill('/login?next=%2Fhome', { username, password: 'a sixth' })

    expect(answer.status).toBe(429)
    expect(answer.headers['retry-after']).toBe(String(QUARTER))
    expect(alertOf(answer)).toBe('Too many attempts. Please wait 15 minutes and try again.')
    expect(titleOf(answer)).toBe(t('site.title-error', { page: t('login.title') }))
    expect([valueOf(answer, 'username'), valueOf(answer, 'next')]).toEqual([username, '/home'])
    expect(answer.text).not.toContain('a sixth')
    expect(errorsOf(answer)).toEqual({})
  })

  it('answers in the language of the visitor, to the second at the end', async () => {
    const { username, userId } = await person()
    await failOften({ userId })
    vi.setSystemTime(Date.now() + (QUARTER - 30) * 1000)

    const answer = await visitor.signIn({ username }, { 'Accept-Language': 'zh-CN' })

    expect(answer.headers['retry-after']).toBe('30')
    expect(alertOf(answer)).toBe('尝试次数过多，请等待 30 秒后再试。')
  })

  it('is the same for a right and a wrong password, and for a name that nobody has (ASVS 6.3.8)', async () => {
    const { username, userId } = await person()
    const { username: unknown } = newPerson()
    await failOften({ userId })
    await failOften({ name: unknown })

    const right = await visitor.signIn({ username })
    const wrong = await visitor.signIn({ username, password: 'wrong' })
    const nobody = await visitor.signIn({ username: unknown })

    expect([right.status, wrong.status, nobody.status]).toEqual([429, 429, 429])
    expect(plain(right.text)).toBe(plain(wrong.text))
    expect(plain(nobody.text).replaceAll(unknown, username)).toBe(plain(wrong.text))
    expect(Object.keys(right.headers)).toEqual(Object.keys(nobody.headers))
  })

  it('counts all spellings of a name and the email of the same account together', async () => {
    const { username, email } = await person()
    const spellings = [username, username.toUpperCase(), ` ${username}`, email, email.toUpperCase()]
    for (const spelling of spellings) await fail(visitor, spelling)

    const answers = [await visitor.signIn({ username }), await visitor.signIn({ username: email })]

    expect(answers.map(({ status }) => status)).toEqual([429, 429])
  })

  it('counts all spellings of a name that nobody has together', async () => {
    for (const name of ['No.Body', 'no.body', 'NO.BODY', ' no.body ', 'ｎｏ.body']) {
      await fail(visitor, name)
    }

    expect((await visitor.signIn({ username: 'no.body' })).status).toBe(429)
  })

  it('lets the owner in from another address, and another person from this one', async () => {
    const [victim, neighbour] = [await person(), await person()]
    await failOften({ userId: victim.userId })

    const elsewhere = await visitorFrom('198.51.100.7').signIn(formOf(victim))
    const beside = await visitor.signIn(formOf(neighbour))

    expect([elsewhere.status, beside.status]).toEqual([303, 303])
  })

  it('signs in again when the time is over', async () => {
    const someone = await person()
    await failOften({ userId: someone.userId })
    vi.setSystemTime(Date.now() + QUARTER * 1000)

    expect((await visitor.signIn(formOf(someone))).status).toBe(303)
  })

  it('never looks at more than five passwords, however many come at the same moment', async () => {
    const { username } = await person()
    const visitors = Array.from({ length: 20 }, () => visitorFrom('203.0.113.9'))
    const tokens = await Promise.all(visitors.map((one) => one.token()))

    const answers = await Promise.all(
      visitors.map((one, index) =>
        one.post('/login', { _csrf: tokens[index] ?? '', username, password: 'wrong' }),
      ),
    )

    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 422)).toHaveLength(5)
    expect(statuses.filter((status) => status === 429)).toHaveLength(15)
  })
})

describe('POST /login', () => {
  it('answers 503 where the attempts can not be counted (ASVS 16.5.3)', async () => {
    const someone = await person()
    const rows = mongoose.connection.collection('attempts')
    vi.spyOn(rows, 'findOneAndUpdate').mockRejectedValue(new Error('no space left'))

    const answer = await visitor.signIn(formOf(someone))

    expect(answer.status).toBe(503)
    expect((await visitor.get('/account')).status).toBe(303)
  })

  it('counts no sign-in that succeeds', async () => {
    const someone = await person()

    for (let time = 0; time < 10; time++) {
      expect((await visitorFrom('203.0.113.1').signIn(formOf(someone))).status).toBe(303)
    }
  })

  it('is not kept from a member by passwords that were right when a form asked for them', async () => {
    const { email = '', ...someone } = await visitor.becomeMember()
    const form = { email, current: someone.password ?? '' } // the address one has already: nothing is changed

    for (let time = 0; time < 6; time++) await visitor.fill('/account/email', form)

    expect((await visitorFrom(network).signIn({ username: email })).status).toBe(303)
  })

  it('counts the addresses of one IPv6 network together', async () => {
    const { username } = await person()
    for (let host = 1; host <= 5; host++) await fail(visitorFrom(`2001:db8::${host}`), username)

    expect((await visitorFrom('2001:db8::9').signIn({ username })).status).toBe(429)
    expect((await visitorFrom('2001:db8:0:1::9').signIn({ username })).status).toBe(303)
  })
})

describe('a locked account', () => {
  it('lets nobody in from anywhere, says how it opens, and tells its owner once it does', async () => {
    const someone = await person()
    const { userId } = someone
    for (let time = 0; time < 100; time++) {
      const attempt = await beginSignIn({ network: `network ${time}`, isCounted: true }, { userId })
      if (attempt.ok) await attempt.fail()
    }

    const locked = await visitor.signIn(formOf(someone))
    await unlockAccount(userId)
    const opened = await visitor.signIn(formOf(someone))
    const [first, second] = [await visitor.get('/account'), await visitor.get('/account')]

    expect([locked.status, alertOf(locked)]).toEqual([
      429,
      expect.stringContaining(t('errors.locked')),
    ])
    expect(Number(locked.headers['retry-after'])).toBeGreaterThan(0)
    expect(opened.status).toBe(303)
    expect(failuresIn(first)).toMatch(/ 100 attempts .*12:00 UTC/)
    expect(failuresIn(second)).toBeUndefined()
  })
})

describe('GET /account after a sign-in (ASVS 6.3.5)', () => {
  it('says how many attempts failed since the last one', async () => {
    const someone = await person()
    await fail(visitorFrom('203.0.113.2'), someone.username)
    await fail(visitorFrom('203.0.113.3'), someone.email)
    await visitor.signIn(formOf(someone))

    const account = await visitor.get('/account')

    expect(failuresIn(account)).toMatch(/ 2 attempts .*November 20, 2026.*12:00 UTC/)
  })

  it('still says it where the password was right meanwhile, for a change or at a locked account', async () => {
    const someone = await person()
    const lockedAt = (value: Date | null) =>
      usersOf(site).updateOne({ username: someone.username }, { $set: { lockedAt: value } })
    await visitor.signIn(someone)
    await fail(visitorFrom('203.0.113.4'), someone.username)

    const changed = await visitor.fill('/account/email', {
      email: `next-${someone.email}`,
      current: someone.password,
    })
    await lockedAt(new Date())
    const locked = await visitorFrom('203.0.113.5').signIn(someone)
    await lockedAt(null)
    const phone = visitorFrom('203.0.113.5')
    await phone.signIn(someone)

    expect([changed.status, locked.status]).toEqual([303, 422])
    expect(failuresIn(await phone.get('/account'))).toMatch(/ (1|one) attempt/i)
  })

  it('says nothing where none failed', async () => {
    await visitor.signIn(formOf(await person()))

    expect(failuresIn(await visitor.get('/account'))).toBeUndefined()
  })
})

function visitorFrom(address: string): Visitor {
  const one = site.visitor()
  one.agent.set('X-Forwarded-For', address)
  return one
}

async function person() {
  const someone = newPerson()
  const { id: userId } = await storeUser(site.app, someone)
  return { ...someone, userId }
}

function formOf({ username, password }: { username: string; password: string }) {
  return { username, password }
}

async function fail(one: Visitor, username: string): Promise<void> {
  const answer = await one.signIn({ username, password: 'wrong' })
  expect(answer.status).toBe(422)
}

// What five sign-ins with a wrong password leave behind; the first test makes them by requests.
async function failOften(target: SignInTarget): Promise<void> {
  for (let time = 0; time < 5; time++) {
    const attempt = await beginSignIn({ network, isCounted: true }, target)
    if (attempt.ok) await attempt.fail()
  }
}

function alertOf(answer: Parameters<typeof page>[0]): string | undefined {
  return page(answer).querySelector('main [role=alert]')?.text
}

function failuresIn(answer: Parameters<typeof page>[0]): string | undefined {
  const notices = page(answer).querySelectorAll('main .notice')
  return notices.map(({ text }) => text).find((text) => text.includes('Since you last signed in'))
}

function plain(text: string): string {
  return text.replace(/name="_csrf" value="[^"]*"/g, '')
}
