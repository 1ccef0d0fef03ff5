// What the log tells of security: an event for each, with the fields that a search needs and nothing that was typed.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { read } from '../../project-files.ts'
import { countUp, lockName, sessionKey, usersOf } from '../../documents.ts'
import { openSite, validPassword, type Site } from '../../helper.ts'
import { storeUser } from '../../member.ts'
import { newPerson, page, type Fields, type Visitor } from '../../visitor.ts'

type Line = Record<string, unknown> & { event?: string; requestId?: string }

let site: Site
beforeAll(async () => {
  site = await openSite({ THROTTLE: 'on', TRUST_PROXY: '1' })
})
afterAll(() => site.close())

describe('The log (ASVS 16.3.1, 16.3.3)', () => {
  it('tells of POST /register who registered', async () => {
    const person = newPerson()

    const { events, answer } = await watch(() => visitorFrom('192.0.2.1').register(person))

    expect(events).toEqual([
      event('registered', { answer, userId: await idOf(person), address: '192.0.2.1' }),
    ])
    expect(events[0]).toMatchObject({ level: 30, time: expect.stringMatching(/Z$/) as string })
  })

  it('tells of POST /login who signed in, and to which session', async () => {
    const person = await member()
    const visitor = visitorFrom('192.0.2.2')

    const { events, answer } = await watch(() => visitor.signIn(person))

    expect(events).toEqual([
      event('sign-in', { answer, userId: await idOf(person), address: '192.0.2.2' }),
    ])
    expect(events[0]?.session).toBe(sessionKey(visitor).slice(0, 12))
  })

  it.each([
    ['wrong-password', {}],
    ['damaged-hash', { password: 'garbage' }],
    ['no-password', { password: 'none' }],
  ])('tells of POST /login why it failed: %s', async (reason, change) => {
    const person = await member()
    await usersOf(site).updateOne({ username: person.username }, { $set: { ...change, reason } })

    const { events, answer } = await watch(() =>
      visitorFrom('192.0.2.3').signIn({ ...person, password: 'wrong' }),
    )

    const userId = await idOf(person)
    expect(events).toEqual([
      event('sign-in-failed', { answer, userId, reason, address: '192.0.2.3' }),
    ])
  })

  it('tells of POST /login with a name that nobody has no more than that', async () => {
    const { events, answer } = await watch(() =>
      visitorFrom('192.0.2.4').signIn({ username: 'my secret password' }),
    )

    expect(events).toEqual([
      event('sign-in-failed', { answer, reason: 'unknown-user', address: '192.0.2.4' }),
    ])
    expect(site.log.join('\n')).not.toContain('my secret')
  })

  it('tells of POST /login which limit was met', async () => {
    const person = await member()
    const wrong = { ...person, password: 'wrong' }
    for (let time = 0; time < 5; time++) await visitorFrom('192.0.2.5').signIn(wrong)

    const { events, answer } = await watch(() => visitorFrom('192.0.2.5').signIn(person))

    const userId = await idOf(person)
    expect(events).toEqual([
      event('throttled', { answer, userId, limit: 'name', address: '192.0.2.5' }),
    ])
  })

  it('tells of POST /login that the account is locked', async () => {
    const person = await member()
    const userId = await idOf(person)
    await lockName(person.username)

    const { events, answer } = await watch(() => visitorFrom('192.0.2.6').signIn(person))

    expect(events).toEqual([
      event('sign-in-failed', { answer, userId, reason: 'locked', address: '192.0.2.6' }),
    ])
  })

  it('tells of POST /logout whose session ended', async () => {
    const visitor = visitorFrom('192.0.2.7')
    const userId = await idOf(await visitor.registerAndSignIn())
    const session = sessionKey(visitor).slice(0, 12)

    const { events, answer } = await watch(() => visitor.fill('/logout', {}))

    expect(events).toEqual([event('sign-out', { answer, userId, address: '192.0.2.7' })])
    expect(events[0]?.session).toBe(session)
  })

  it('tells of POST /account/sessions which session was ended, and from which', async () => {
    const [here, there] = [visitorFrom('192.0.2.8'), visitorFrom('192.0.2.9')]
    const person = await here.registerAndSignIn()
    await there.signIn({ username: person.username ?? '' })
    const token = await here.token('/account')

    const { events, answer } = await watch(() =>
      here.post('/account/sessions', { _csrf: token, end: sessionKey(there) }),
    )

    const userId = await idOf(person)
    const ended = sessionKey(there).slice(0, 12)
    expect(events).toEqual([
      event('session-ended', { answer, userId, by: 'owner', ended, address: '192.0.2.8' }),
    ])
    expect(events[0]?.session).toBe(sessionKey(here).slice(0, 12))
  })

  it('tells of POST /account/sessions how many sessions were ended', async () => {
    const here = visitorFrom('192.0.2.8')
    const person = await here.registerAndSignIn()
    await visitorFrom('192.0.2.9').signIn({ username: person.username ?? '' })
    const token = await here.token('/account')

    const { events } = await watch(() =>
      here.post('/account/sessions', { _csrf: token, end: 'others' }),
    )

    expect(events).toMatchObject([{ event: 'session-ended', by: 'owner', count: 1 }])
  })

  it.each<[string, string, Fields, object]>([
    ['password-changed', '/account/password', { password: 'another lantern' }, { count: 0 }],
    ['email-change-asked', '/account/email', { email: 'next@example.com' }, {}],
    ['username-changed', '/account/username', { username: 'next-name' }, {}],
    ['password-check-failed', '/confirm', { current: 'wrong' }, { reason: 'wrong-password' }],
    ['identity-confirmed', '/confirm', {}, {}],
  ])('tells of a member what was done or refused: %s', async (name, path, fields, more) => {
    const visitor = visitorFrom('192.0.2.15')
    const userId = await idOf(await visitor.becomeMember())

    const { events, answer } = await watch(() =>
      visitor.fill(path, { email: 'new@example.com', current: validPassword, ...fields }),
    )

    expect(events).toEqual([event(name, { answer, userId, address: '192.0.2.15', ...more })])
  })

  it('tells of a member that the data was downloaded and the account deleted', async () => {
    const visitor = visitorFrom('192.0.2.16')
    const { username = '', ...person } = await visitor.becomeMember()
    const userId = await idOf({ username, ...person })

    const { events } = await watch(async () => {
      await visitor.get('/account/export')
      return visitor.fill('/account/delete', { username })
    })

    expect(events).toMatchObject([
      { event: 'data-exported', userId, session: expect.any(String) as string },
      { event: 'account-deleted', userId, session: expect.any(String) as string },
    ])
  })

  it('tells of mailed links whose address was confirmed, and whose password was reset', async () => {
    const visitor = visitorFrom('192.0.2.17')
    const person = await visitor.registerAndSignIn()
    const userId = await idOf(person)
    const [confirmation] = await site.mails()
    const confirmed = await watch(() => visitor.fill(confirmation?.link ?? '', {}))
    const stranger = visitorFrom('192.0.2.18')
    await stranger.fill('/password-reset', { email: person.email ?? '' })
    const [mail] = await site.mails()

    const reset = await watch(() =>
      stranger.fill(mail?.link ?? '', { password: 'another lantern' }),
    )

    expect(confirmed.events).toMatchObject([{ event: 'email-verified', userId }])
    expect(reset.events).toMatchObject([
      { event: 'password-reset', userId, address: '192.0.2.18' },
      { event: 'session-ended', userId, by: 'password-reset', count: 1 },
    ])
  })

  it.each<[string, Fields]>([
    ['captcha.wrong', { captcha: 'WRONG-ANSWER' }],
    ['captcha.missing', { captcha: '' }],
  ])('tells of POST /login that the captcha failed: %s', async (reason, fields) => {
    const { events, answer } = await watch(() =>
      visitorFrom('192.0.2.10').signIn({ username: 'nobody', ...fields }),
    )

    expect(events).toEqual([event('captcha-failed', { answer, reason, address: '192.0.2.10' })])
    expect(site.log.join('\n')).not.toContain('WRONG-ANSWER')
  })

  it('tells of a form without a valid token, and whose session it used', async () => {
    const visitor = visitorFrom('192.0.2.11')
    const userId = await idOf(await visitor.registerAndSignIn())

    const { events, answer } = await watch(() => visitor.post('/logout', { _csrf: 'forged-token' }))

    expect(events).toEqual([event('csrf-refused', { answer, userId, address: '192.0.2.11' })])
    expect(site.log.join('\n')).not.toContain('forged-token')
  })

  it('keeps from an account’s own list what anybody could repeat to push the rest off it', async () => {
    const visitor = visitorFrom('192.0.2.19')
    const person = await visitor.registerAndSignIn()
    await visitor.post('/logout', { _csrf: 'forged-token' })
    await visitor.post('/logout', {}, { Origin: 'https://evil.example' })
    const wrong = { ...person, password: 'wrong' }
    for (let time = 0; time < 6; time++) await visitorFrom('192.0.2.20').signIn(wrong)

    await visitor.get('/account/activity') // once the last event is stored

    const _id = await idOf(person)
    const activity = await site.database
      .collection<{ _id: string; events: Line[] }>('activities')
      .findOne({ _id })
    expect(activity?.events.map(({ event }) => event)).toEqual([
      'registered',
      'sign-in',
      'sign-in-failed', // five, as one entry with its count
    ])
  })

  it('tells of a form from another site', async () => {
    const { events, answer } = await watch(() =>
      visitorFrom('192.0.2.12').post('/login', {}, { Origin: 'https://evil.example' }),
    )

    expect(events).toMatchObject([{ event: 'cross-site-refused', address: '192.0.2.12' }])
    expect(events[0]?.requestId).toBe(answer.headers['x-request-id'])
  })

  it('tells of GET /captcha that too many were asked for', async () => {
    await countUp('captcha', '192.0.2.13')

    const { events, answer } = await watch(() => visitorFrom('192.0.2.13').get('/captcha'))

    expect(events).toEqual([
      event('throttled', { answer, limit: 'captcha', address: '192.0.2.13' }),
    ])
  })

  it('tells of a whole visit no password, cookie, token or name', async () => {
    const before = site.log.length
    const visitor = visitorFrom('192.0.2.14')
    const { username = '', email = '', password = '' } = await visitor.registerAndSignIn()
    const sid = visitor.cookie('sid') ?? ''
    const token = page(await visitor.get('/logout')).querySelector('main [name=_csrf]')
    await visitor.fill('/logout', {})
    await visitor.signIn({ username, password: 'another try' })

    const log = site.log.slice(before).join('\n')
    expect(log).toContain('"event":"sign-in"')
    const secrets = [username, email, password, 'another try', token?.getAttribute('value') ?? '']
    for (const secret of [...secrets, sid, decodeURIComponent(sid).slice(2, 34)]) {
      expect(secret.length).toBeGreaterThan(8)
      expect(log).not.toContain(secret)
    }
  })
})

describe('docs/operations.md', () => {
  it('lists every event (ASVS 16.1.1)', () => {
    const { text } = read('models/security-event.ts')
    const events = [...text.matchAll(/^ {2}'?([a-z-]+)'?: '(?:info|warn)'/gm)].map(
      ([, name]) => name,
    )

    expect(events).toHaveLength(31)
    const documented = read('docs/operations.md').text
    expect(events.filter((name) => !documented.includes(`| \`${name ?? ''}\` `))).toEqual([])
  })
})

/** The events that were logged while somebody did something, and what was answered last. */
async function watch<T>(act: () => Promise<T>): Promise<{ events: Line[]; answer: T }> {
  const before = site.log.length
  const answer = await act()
  const lines = site.log.slice(before).map((line) => JSON.parse(line) as Line)
  return { events: lines.filter(({ event }) => event), answer }
}

/** A line with these fields of its own beside those that each has. */
function event(
  name: string,
  { answer, ...fields }: { answer: { headers: Fields }; [field: string]: unknown },
) {
  const session = expect.stringMatching(/^[0-9a-f]{12}$/) as string
  const requestId = answer.headers['x-request-id']
  const everyLine = ['level', 'time', 'pid', 'hostname', 'msg']
  const rest = Object.fromEntries(everyLine.map((field) => [field, expect.anything() as unknown]))
  return { ...rest, event: name, requestId, session, ...fields }
}

async function member() {
  const person = newPerson()
  await storeUser(site.app, person)
  return person
}

async function idOf({ username = '' }: Fields): Promise<string> {
  return String((await usersOf(site).findOne({ username }))?._id)
}

function visitorFrom(address: string): Visitor {
  const visitor = site.visitor()
  visitor.agent.set('X-Forwarded-For', address)
  return visitor
}
