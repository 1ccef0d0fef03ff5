// Refusals in JSON: problem documents (RFC 9457) with the statuses of the pages, but for who is not signed in.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Response } from 'supertest'
import { translator } from '../../../config/i18n.ts'
import { brand } from '../../../config/site.ts'
import { countUp } from '../../documents.ts'
import { openSite, validPassword, type Site } from '../../helper.ts'
import { credentialsOf, frameOf, problemOf, Script } from '../../script.ts'
import { newPerson } from '../../visitor.ts'

const INSIDE = /node_modules|\.ts\b|\.js:\d|\.ejs\b|stack|mongo|express|\bat \w+ \(|E11000/i
const t = translator('en')

let site: Site
let username: string
const script = () => new Script(site.app)
beforeAll(async () => {
  site = await openSite()
  username = (await script().becomeMember()).username ?? ''
})
afterAll(() => site.close())

describe('An error page in JSON', () => {
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
  it.each<[number, string, string, (visitor: Script) => Promise<Response>]>([
    [400, 'malformed', 'a malformed form', (v) => v.write('/login', 'a=%', form)],
    [400, 'malformed', 'malformed JSON', (v) => v.write('/login', '{"a":')],
    [400, 'malformed', 'a list', (v) => v.write('/login', '[]')],
    [403, 'forbidden', 'no token', (v) => v.write('/login', {})],
    [
      403,
      'forbidden',
      'a form from elsewhere',
      (v) => v.write('/login', {}, { Origin: 'https://evil.example' }),
    ],
    [404, 'not-found', 'an unknown page', (v) => v.read('/no-such-page')],
    [404, 'not-found', 'an unknown form', (v) => v.write('/no-such-page', {})],
    [404, 'not-found', 'an unknown style sheet', (v) => v.read('/css/none.css')],
    [405, 'wrong-method', 'a wrong method', async (v) => v.agent.delete('/login')],
    [405, 'wrong-method', 'a wrong method before the session', (v) => v.write('/healthz', {})],
    [413, 'too-large', 'a large body', (v) => v.write('/login', { a: 'x'.repeat(20_000) })],
    [
      415,
      'wrong-content-type',
      'plain text',
      (v) => v.write('/login', 'x', { 'Content-Type': 'text/x' }),
    ],
  ])('answers %i %s to %s', async (status, type, _what, ask) => {
    const answer = await ask(script())

    expect([answer.status, answer.type]).toEqual([status, 'application/problem+json'])
    expect(answer.body).toEqual({
      type: `urn:sesame:problem:${type}`,
      title: t(`error.${status.toString()}.title`),
      status,
      detail: t(`error.${status.toString()}.text`),
      instance: `urn:uuid:${answer.headers['x-request-id'] ?? ''}`,
    })
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.text).not.toMatch(INSIDE)
  })

  it('keeps its other headers', async () => {
    const answer = await script().agent.put('/login')

    expect(answer.headers.allow).toContain('POST')
    expect(answer.headers['content-language']).toBe('en')
  })

  it('speaks the language of the visitor', async () => {
    const answer = await script().read('/no-such-page', { 'Accept-Language': 'zh-CN' })

    expect(problemOf(answer).title).toBe(translator('zh-CN')('error.404.title'))
  })

  it('answers 422 to a choice that no form offers', async () => {
    const visitor = script()
    await visitor.read('/home')

    const answer = await visitor.write('/locale', { locale: 'tlh' })

    expect([answer.status, problemOf(answer).status]).toEqual([422, 422])
    expect(problemOf(answer).type).toBe('urn:sesame:problem:malformed')
  })

  it('says that HTTPS is missing', async () => {
    const secure = await openSite({ BASE_URL: 'https://sign-in.example', TRUST_PROXY: '1' })

    const answer = await new Script(secure.app).write('/login', {})

    expect([answer.status, problemOf(answer).type]).toEqual([400, 'urn:sesame:problem:insecure'])
  })
})

describe('A refused form in JSON', () => {
  it('POST /register answers 422 with a sentence for each field', async () => {
    const answer = await script().answer('/register', { username: 'x', password: 'short' })

    expect([answer.status, answer.type]).toEqual([422, 'application/problem+json'])
    expect(answer.body).toEqual({
      type: 'urn:sesame:problem:form',
      title: t('problem.form'),
      status: 422,
      detail: t('errors.summary', { count: 3 }),
      instance: `urn:uuid:${answer.headers['x-request-id'] ?? ''}`,
      errors: {
        username: t('errors.username.length'),
        email: t('errors.email.missing'),
        password: t('errors.password.short'),
      },
    })
  })

  it('POST /register says it in Chinese', async () => {
    const zh = translator('zh-CN')
    const visitor = script()
    visitor.agent.set('Accept-Language', 'zh-CN')

    const answer = await visitor.answer('/register', { ...newPerson(), username })

    expect(problemOf(answer)).toMatchObject({
      detail: zh('errors.summary', { count: 1 }),
      errors: { username: zh('errors.username.taken') },
    })
  })

  it.each<[string, object, string]>([
    ['a wrong captcha', { captcha: 'wrong' }, 'captcha'],
    ['no captcha', { captcha: undefined }, 'captcha'],
    ['a number', { username: 7 }, 'username'],
    ['an object', { username: { $ne: '' } }, 'username'],
    ['a list', { password: [validPassword] }, 'password'],
    ['null', { password: null }, 'password'],
    ['half a character', { username: '\ud800' }, 'username'],
    ['a number to remember', { remember: 1 }, 'remember'],
  ])('POST /login answers 422 to %s, beside its field', async (_what, fields, field) => {
    const answer = await script().answer('/login', { ...credentialsOf({ username }), ...fields })

    expect(answer.status).toBe(422)
    expect(Object.keys(problemOf(answer).errors ?? {})).toEqual([field])
    expect(answer.text).not.toContain(validPassword)
  })

  it.each([true, false, 'on', ''])('POST /login takes remember as %j', async (remember) => {
    const visitor = script()

    const answer = await visitor.answer('/login', { ...credentialsOf({ username }), remember })

    const [sid = ''] = (answer.get('Set-Cookie') ?? []).filter((line) => line.startsWith('sid='))
    expect(answer.status).toBe(200)
    expect(sid.includes('Expires')).toBe(Boolean(remember))
  })

  it('POST /login answers 401 with one document to a wrong password and an unknown user', async () => {
    const wrong = { ...credentialsOf({ username }), password: 'not the lantern' }

    const answers = [
      await script().answer('/login', wrong),
      await script().answer('/login', { ...wrong, username: newPerson().username }),
    ]

    for (const answer of answers) {
      expect([answer.status, answer.type]).toEqual([401, 'application/problem+json'])
      expect(answer.headers['www-authenticate']).toBe(`Cookie realm="${brand.shortName}"`)
      expect({ ...problemOf(answer), instance: '' }).toEqual({
        type: 'urn:sesame:problem:credentials',
        title: t('problem.credentials'),
        status: 401,
        detail: t('errors.credentials'),
        instance: '',
        errors: { password: t('errors.credentials') },
      })
    }
  })
})

describe('A page that one may not enter, in JSON', () => {
  it.each(['/account', '/account/sessions'])('GET %s answers 401', async (path) => {
    const answer = await script().read(path)

    expect([answer.status, answer.type]).toEqual([401, 'application/problem+json'])
    expect(answer.headers).not.toHaveProperty('location')
    expect(answer.headers).not.toHaveProperty('set-cookie')
    expect(answer.body).toEqual({
      type: 'urn:sesame:problem:sign-in-first',
      title: t('problem.sign-in'),
      status: 401,
      detail: t('notice.sign-in-first'),
      instance: `urn:uuid:${answer.headers['x-request-id'] ?? ''}`,
    })
  })

  it('POST /account/sessions answers 401', async () => {
    const visitor = script()
    await visitor.read('/home')

    const answer = await visitor.write('/account/sessions', { end: 'others' })

    expect(answer.status).toBe(401)
  })

  it.each(['/login', '/register'])('POST %s answers 409 to a member', async (path) => {
    const member = script()
    await member.answer('/login', credentialsOf({ username }))

    const answer = await member.answer(path, newPerson())

    expect([answer.status, answer.type]).toEqual([409, 'application/problem+json'])
    expect(problemOf(answer)).toMatchObject({
      type: 'urn:sesame:problem:signed-in',
      detail: t('problem.sign-out'),
    })
    expect(frameOf(await member.read('/home')).user?.username).toBe(username)
  })

  it('POST /login sends a member to the account on a page, as ever', async () => {
    const member = site.visitor()
    await member.becomeMember()

    const answer = await member.post('/login', {})

    expect([answer.status, answer.headers.location]).toEqual([303, '/account'])
  })
})

describe('Too many attempts, in JSON', () => {
  it('POST /login answers 429 with the time to wait, and tells the owner what failed', async () => {
    const strict = await openSite({ THROTTLE: 'on', CAPTCHA: 'off' })
    const person = await new Script(strict.app).becomeMember()
    const wrong = { username: person.username, password: 'not the lantern' }
    const guesser = new Script(strict.app)
    for (let turn = 0; turn < 5; turn++) await guesser.answer('/login', wrong)

    const refused = await guesser.answer('/login', wrong)
    await strict.database.collection('attempts').updateMany({}, { $set: { points: 0 } })
    const opened = await guesser.answer('/login', person)

    const { wait, ...problem } = problemOf(refused)
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, String(wait)])
    expect(wait).toBeGreaterThan(0)
    expect(problem).toMatchObject({
      type: 'urn:sesame:problem:throttled',
      title: t('error.429.title'),
      detail: expect.stringContaining('minutes') as string,
    })
    expect(frameOf(opened).failures).toMatchObject({ code: 'failed-sign-ins', count: 5 })
    expect(frameOf(await guesser.read('/home'))).not.toHaveProperty('failures')
  })

  it('POST /login answers 429 to the right password of a locked account', async () => {
    const strict = await openSite({ THROTTLE: 'on', CAPTCHA: 'off' })
    const person = await new Script(strict.app).becomeMember()
    await new Script(strict.app).answer('/login', { ...person, password: 'not the lantern' })
    const rows = strict.database.collection('attempts')
    await rows.updateMany({ key: /^account:/ }, { $set: { points: 25 } })

    const answer = await new Script(strict.app).answer('/login', person)

    expect([answer.status, answer.headers['retry-after']]).toEqual([429, '86400'])
    expect(problemOf(answer)).toMatchObject({
      type: 'urn:sesame:problem:locked',
      detail: t('errors.locked', { time: '24 hours' }),
      wait: 86_400,
    })
  })

  it('GET /captcha answers 429 with the time to wait', async () => {
    const strict = await openSite({ THROTTLE: 'on' })
    const visitor = new Script(strict.app)
    await countUp('captcha', '127.0.0.1')

    const answer = await visitor.read('/captcha')

    expect([answer.status, answer.type]).toEqual([429, 'application/problem+json'])
    expect(answer.headers['retry-after']).toBe(String(problemOf(answer).wait))
    expect(problemOf(answer).type).toBe('urn:sesame:problem:throttled')
  })
})

describe('Accidents in JSON', () => {
  it('POST /register answers 500 and tells nothing of the inside', async () => {
    const broken = await openSite()
    await broken.database.dropCollection('users')
    await broken.database.createCollection('users', { viewOn: 'elsewhere', pipeline: [] })

    const answer = await new Script(broken.app).answer('/register', newPerson())

    expect([answer.status, answer.type]).toEqual([500, 'application/problem+json'])
    expect(problemOf(answer)).toMatchObject({
      type: 'urn:sesame:problem:accident',
      title: t('error.500.title'),
    })
    expect(answer.text).not.toMatch(new RegExp(`${INSIDE.source}|view|elsewhere`, 'i'))
  })
})
