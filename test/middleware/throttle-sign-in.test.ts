// Guessing passwords comes to an end: what who signs in too often is told, and what it says of accounts (nothing).
import { createHash } from 'node:crypto'
import { ServerResponse } from 'node:http'
import mongoose from 'mongoose'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { beginSignIn } from '../../models/sign-in/throttle.ts'
import { countUp, lockName, usersOf } from '../documents.ts'
import { openSite, uniqueUsername, type Site } from '../helper.ts'
import { storeUser } from '../member.ts'
import { cookiesOf, errorsOf, newPerson, page, titleOf, valueOf, type Visitor } from '../visitor.ts'

const t = translator('en')
const QUARTER = 15 * 60 // seconds
const DAY = 24 * 60 * 60 * 1000 // milliseconds

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
    const { username } = await person()
    await failOften(username)
    vi.setSystemTime(Date.now() + (QUARTER - 30) * 1000)

    const answer = await visitor.signIn({ username }, { 'Accept-Language': 'zh-CN' })

    expect(answer.headers['retry-after']).toBe('30')
    expect(alertOf(answer)).toBe('尝试次数过多，请等待 30 秒后再试。')
  })

  it('is the same for a right and a wrong password, and for a name that nobody has (ASVS 6.3.8)', async () => {
    const { username } = await person()
    const { username: unknown } = newPerson()
    await failOften(username)
    await failOften(unknown)

    const right = await visitor.signIn({ username })
    const wrong = await visitor.signIn({ username, password: 'wrong' })
    const nobody = await visitor.signIn({ username: unknown })

    expect([right.status, wrong.status, nobody.status]).toEqual([429, 429, 429])
    expect(plain(right.text)).toBe(plain(wrong.text))
    expect(plain(nobody.text).replaceAll(unknown, username)).toBe(plain(wrong.text))
    expect(Object.keys(right.headers)).toEqual(Object.keys(nobody.headers))
  })

  it('counts all spellings of a name and of an address, each apart: nothing tells that they are of one account (ASVS 6.3.8)', async () => {
    const known = await person()
    for (const { username, email } of [known, newPerson()]) {
      for (const name of [username, email]) {
        const wide = name.replace('@', '＠').replace('-', '－')
        const spellings = [name, name.toUpperCase(), ` ${name}`, wide, `${name} `]
        for (const spelling of spellings) await fail(visitor, spelling)

        expect((await visitor.signIn({ username: wide })).status).toBe(429)
      }
    }
  })

  it('lets the owner in from another address, and another person from this one', async () => {
    const [victim, neighbour] = [await person(), await person()]
    await failOften(victim.username)

    const elsewhere = await visitorFrom('198.51.100.7').signIn(formOf(victim))
    const beside = await visitor.signIn(formOf(neighbour))

    expect([elsewhere.status, beside.status]).toEqual([303, 303])
  })

  it('signs in again when the time is over', async () => {
    const someone = await person()
    await failOften(someone.username)
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

  it('is answered before anything is kept that only a known name causes (ASVS 6.3.8)', async () => {
    const someone = await person()
    const token = await visitor.token()
    const keep = vi.spyOn(mongoose.connection.collection('activities'), 'updateOne')
    const end = vi.spyOn(ServerResponse.prototype, 'end')

    await visitor.post('/login', { _csrf: token, username: someone.username, password: 'wrong' })

    await expect.poll(() => keep.mock.calls.length).toBeGreaterThan(0)
    const [kept = 0, answered = 0] = [keep, end].map(({ mock }) => mock.invocationCallOrder[0])
    expect(kept).toBeGreaterThan(answered)
  })

  it('counts no sign-in that succeeds', async () => {
    const someone = await person()

    for (let time = 0; time < 10; time++) {
      expect((await visitorFrom('203.0.113.1').signIn(formOf(someone))).status).toBe(303)
    }
  })

  it('is not kept from a member by passwords that were right when a form asked for them', async () => {
    const { username: taken = '' } = await visitorFrom('203.0.113.9').becomeMember()
    const { email = '', password: current = '' } = await visitor.becomeMember()
    const rename = (username: string) => visitor.fill('/account/username', { username, current })

    for (let time = 0; time < 6; time++) await rename(taken) // in one session, which a confirmation would renew

    expect((await rename(uniqueUsername())).status).toBe(303)
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
  it('lets nobody in from an unknown device, says until when, and opens by itself within a day', async () => {
    const someone = await person()
    await lockName(someone.username)

    const locked = await visitor.signIn(formOf(someone))
    vi.setSystemTime(Date.now() + DAY)
    const opened = await visitor.signIn(formOf(someone))

    expect([locked.status, alertOf(locked)]).toEqual([
      429,
      expect.stringContaining(t('errors.locked', { time: '24 hours' })),
    ])
    expect(locked.headers['retry-after']).toBe(String(DAY / 1000))
    expect(opened.status).toBe(303)
  })

  it('is told of by mail to its owner, once a day, if the address is confirmed', async () => {
    const [confirmed, unconfirmed] = [await person(), await person()]
    const filter = { username: confirmed.username }
    await usersOf(site).updateOne(filter, { $set: { emailVerifiedAt: new Date() } })

    for (const { username } of [confirmed, unconfirmed, confirmed]) {
      await lockName(username)
      await visitor.signIn(formOf({ username, password: 'wrong' }))
    }

    const subject = t('mail.account-locked.subject')
    const told = () => site.mails().then((mails) => mails.filter((one) => one.subject === subject))
    await expect.poll(async () => (await told()).length).toBe(1)
    expect((await told())[0]?.link).toMatch(/^\/account\/not-me\//)
  })

  it('is open on a device on which its owner signed in within ninety days, whatever others do', async () => {
    const [owner, neighbour] = [await person(), await person()]
    await visitor.signIn(formOf(owner))
    await visitor.fill('/logout', {})
    vi.setSystemTime(Date.now() + 89 * DAY)
    await lockName(owner.username)
    await lockName(neighbour.username)
    await countUp('address', network)

    expect((await visitor.signIn({ username: neighbour.username })).status).toBe(429)
    expect((await visitorFrom('198.51.100.8').signIn(formOf(owner))).status).toBe(429)
    expect((await visitor.signIn(formOf(owner))).status).toBe(303)
    await visitor.fill('/logout', {})
    vi.setSystemTime(Date.now() + 91 * DAY)
    await lockName(owner.username)
    expect((await visitor.signIn(formOf(owner))).status).toBe(429)
  })

  it('is not open on a device that was away for longer, though it has kept its cookie', async () => {
    const owner = await person()
    await visitor.signIn(formOf(owner))
    await visitor.fill('/logout', {})
    const longAgo = { 'devices.0.at': new Date(Date.now() - 91 * DAY) }
    await usersOf(site).updateOne({ username: owner.username }, { $set: longAgo })
    await lockName(owner.username)

    expect((await visitor.signIn(formOf(owner))).status).toBe(429)
  })

  it('lets a known device guess no more often than another one', async () => {
    const owner = await person()
    await visitor.signIn(formOf(owner))
    await visitor.fill('/logout', {})
    for (let time = 0; time < 5; time++) await fail(visitor, owner.username)

    expect((await visitor.signIn(formOf(owner))).status).toBe(429)
    expect((await visitorFrom('198.51.100.9').signIn(formOf(owner))).status).toBe(303)
  })

  it('is no matter to a member who changes the password or confirms something', async () => {
    const { username = '', password = '' } = await visitor.becomeMember()
    await lockName(username)
    await countUp('address', network)

    const wrong = await visitor.fill('/confirm', { current: 'wrong' })
    const changed = await visitor.fill('/account/password', {
      current: password,
      password: 'another lantern in the cave',
    })

    expect([wrong.status, changed.status]).toEqual([422, 303])
  })

  it('knows a device by a cookie that no script reads, as a hash, of which nobody else has a use', async () => {
    const owner = await person()

    const { device } = cookiesOf(await visitor.signIn(formOf(owner)))

    expect(device?.flags).toEqual(
      expect.arrayContaining(['httponly', 'samesite=lax', `max-age=${(90 * DAY) / 1000}`]),
    )
    const [, id = ''] = /^s:([\w-]{24})\./.exec(decodeURIComponent(device?.value ?? '')) ?? []
    const stored = JSON.stringify(await usersOf(site).findOne({ username: owner.username }))
    expect(stored).toContain(createHash('sha256').update(id).digest('hex'))
    expect(stored).not.toContain(id)
  })
})

describe('GET /account after a sign-in (ASVS 6.3.5)', () => {
  it('says how many attempts failed since the last one', async () => {
    const someone = await person()
    await fail(visitorFrom('203.0.113.2'), someone.username)
    await fail(visitorFrom('203.0.113.3'), someone.email)
    await visitor.signIn(formOf(someone))

    const account = await visitor.get('/account')

    expect(failuresIn(account)).toMatch(/ 2 attempts .*November 20, 2026.*12:00 \(UTC\)/)
  })

  it('still says it where the password was right meanwhile, and counts a sign-in that an operator’s lock refused', async () => {
    const someone = await person()
    const lockedAt = (value: Date | null) =>
      usersOf(site).updateOne({ username: someone.username }, { $set: { lockedAt: value } })
    await visitor.signIn(someone)
    await fail(visitorFrom('203.0.113.4'), someone.username)

    const confirmed = await visitor.fill('/confirm', { current: someone.password })
    await lockedAt(new Date())
    const locked = await visitorFrom('203.0.113.5').signIn(someone)
    await lockedAt(null)
    const phone = visitorFrom('203.0.113.5')
    await phone.signIn(someone)

    expect([confirmed.status, locked.status]).toEqual([303, 422])
    expect(failuresIn(await phone.get('/account'))).toMatch(/ 2 attempts /)
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
async function failOften(name: string): Promise<void> {
  for (let time = 0; time < 5; time++) {
    await beginSignIn({ networks: [network], isCounted: true }, name)
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
  return text.replace(/name="(?:_csrf|formId)" value="[^"]*"/g, '')
}
