// Every page in JSON on its own URL: the data of the page, what a form led to, and the frame around both.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../../config/i18n.ts'
import { sessionOf } from '../../documents.ts'
import { CAPTCHA, openSite, validPassword, type Site } from '../../helper.ts'
import { sources } from '../../project-files.ts'
import { credentialsOf, frameOf, Script } from '../../script.ts'
import { cookiesOf, newPerson, page, type Fields } from '../../visitor.ts'

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string
const ID = expect.stringMatching(/^[\w-]{8}$/) as string
const TOKEN = expect.stringMatching(/^[0-9a-f]{64}\.[0-9a-f]{64}$/) as string
const t = translator('en')

let site: Site
let username: string
const script = () => new Script(site.app)
const memberScript = async () => {
  const one = script()
  await one.answer('/login', credentialsOf({ username }))
  return one
}
beforeAll(async () => {
  site = await openSite()
  username = (await script().becomeMember()).username ?? ''
})
afterAll(() => site.close())

describe('GET /login', () => {
  it.each([
    ['application/json', 'json'],
    ['application/problem+json', 'json'],
    ['application/*', 'json'],
    ['application/json, text/plain, */*', 'json'],
    ['text/html;q=0.8, application/json', 'json'],
    ['text/html, application/json;q=0.9', 'html'],
    ['text/html, application/json', 'html'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8', 'html'],
    ['*/*', 'html'],
    ['', 'html'],
    ['text/plain', 'html'],
    ['application/json;q=0', 'html'],
    ['nonsense', 'html'],
  ])('with Accept: %s answers in %s', async (Accept, type) => {
    const answer = await site.visitor().get('/login', { Accept })

    expect([answer.status, answer.type]).toEqual([
      200,
      type === 'json' ? 'application/json' : 'text/html',
    ])
  })

  it('without Accept is a page', async () => {
    const answer = await site.visitor().agent.get('/login').unset('Accept')

    expect(answer.type).toBe('text/html')
  })
})

describe.each(['application/json', 'text/html'])('with Accept: %s', (Accept) => {
  it.each<[string, string, Fields]>([
    ['get', '/', {}],
    ['get', '/home', {}],
    ['get', '/register', {}],
    ['get', '/account', {}],
    ['get', '/captcha', {}],
    ['get', '/healthz', {}],
    ['get', '/no-such-page', {}],
    ['post', '/login', {}],
    ['post', '/login', { 'Content-Type': 'text/plain' }],
    ['post', '/login', { Origin: 'https://evil.example' }],
    ['put', '/login', {}],
    ['options', '/login', {}],
  ])('%s %s %j says that it depends on that', async (method, path, headers) => {
    const request = site.visitor().agent[method as 'get'](path)

    const answer = await request.set({ Accept, ...headers })

    expect((answer.headers.vary ?? '').split(/, */)).toContain('Accept')
  })
})

const LOGIN = { captchaId: ID, offersPasskeys: true }

describe('GET in JSON', () => {
  it.each<[string, object]>([
    ['/home', {}],
    ['/register', { captchaId: ID }],
    ['/login', { ...LOGIN, next: '/account' }],
    ['/login?next=%2Fhome', { ...LOGIN, next: '/home' }],
    ['/login?next=%2F%2Fevil.example', { ...LOGIN, next: '/account' }],
  ])('%s gives an anonymous visitor its data and a token', async (path, data) => {
    const answer = await script().read(path)

    expect([answer.status, answer.type]).toEqual([200, 'application/json'])
    expect(answer.body).toEqual({ ...data, user: null, csrfToken: TOKEN })
    expect(answer.headers['cache-control']).toBe('private, no-cache')
    expect(cookiesOf(answer)).not.toHaveProperty('sid')
  })

  it.each(['/register?captcha=words', '/login?captcha=words'])('%s asks in words', async (path) => {
    const answer = await script().read(path)

    expect(answer.body).toMatchObject({ question: expect.stringMatching(/\w/) as string })
  })

  it.each(['/home', '/account', '/account/sessions', '/logout'])(
    '%s gives a member its data and who is signed in',
    async (path) => {
      const member = await memberScript()

      const answer = await member.read(path)

      const email = `${username}@example.com`
      const user = { username, email, signedInAt: TIME, idlesOutAt: TIME }
      expect([answer.status, answer.type]).toEqual([200, 'application/json'])
      expect(answer.headers['cache-control']).toBe('no-store')
      expect(answer.body).toEqual({
        user,
        csrfToken: TOKEN,
        ...(path === '/account'
          ? { account: { username, email, memberSince: TIME, isVerified: false } }
          : {}),
        ...(path === '/account/sessions'
          ? { places: expect.any(Array) as unknown, trusted: [] }
          : {}),
      })
    },
  )

  it('/account/sessions lists places as data, and no id that opens a session', async () => {
    const member = await memberScript()

    const answer = await member.read('/account/sessions', { 'User-Agent': 'curl/8' })

    const { places } = answer.body as { places: { isThisOne: boolean }[] }
    expect(places.find(({ isThisOne }) => isThisOne)).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      isThisOne: true,
      address: expect.stringContaining('127.0.0.1') as string,
      agent: '',
      signedInAt: TIME,
      lastActive: TIME,
    })
    const sid = decodeURIComponent(member.cookie('sid') ?? '').slice(2, 20)
    expect(sid).toHaveLength(18)
    expect(answer.text).not.toContain(sid)
  })

  it('/captcha gives the picture and how long it counts, and nothing of its text', async () => {
    const visitor = script()

    const answer = await visitor.read('/captcha')

    const { image, expiresIn, ...rest } = answer.body as { image: string; expiresIn: number }
    const [, base64 = ''] = /^data:image\/png;base64,(.+)$/.exec(image) ?? []
    expect([answer.status, answer.type, expiresIn]).toEqual([200, 'application/json', 600])
    expect(Buffer.from(base64, 'base64').toString('latin1')).toMatch(/^\x89PNG\r\n/)
    expect(rest).toEqual({})
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.text + JSON.stringify(answer.headers)).not.toContain(CAPTCHA)
    expect((await sessionOf(site, visitor))?.session.captcha?.answers).toEqual([CAPTCHA])
  })

  it('/healthz says ok', async () => {
    expect((await script().read('/healthz')).body).toMatchObject({ status: 'ok' })
  })

  it.each([
    ['anonymous', '/', '/account'],
    ['anonymous', '/logout', '/login'],
    ['member', '/', '/account'],
    ['member', '/login', '/account'],
    ['member', '/register', '/account'],
  ])('sends an %s visitor of %s on to %s, as ever', async (who, path, location) => {
    const visitor = who === 'member' ? await memberScript() : script()

    const answer = await visitor.read(path)

    expect([302, 303]).toContain(answer.status)
    expect(answer.headers.location).toBe(location)
  })

  it('HEAD says what GET would, without a body', async () => {
    const answer = await script().agent.head('/login')

    expect([answer.status, answer.type, answer.text]).toEqual([200, 'application/json', undefined])
  })
})

describe('POST in JSON', () => {
  it('/register answers 201 with the notice, and where to go', async () => {
    const visitor = script()

    const answer = await visitor.answer('/register', newPerson())

    expect([answer.status, answer.type]).toEqual([201, 'application/json'])
    expect(answer.headers).not.toHaveProperty('location')
    expect(answer.body).toEqual({
      next: '/login',
      notice: { code: 'account-created', message: t('notice.account-created') },
      user: null,
      csrfToken: TOKEN,
    })
  })

  it('/login answers 200 with who is signed in now, the session being stored', async () => {
    const visitor = script()

    const answer = await visitor.answer('/login?next=%2Fhome', credentialsOf({ username }))

    const stored = await sessionOf(site, visitor)
    expect([answer.status, answer.type]).toEqual([200, 'application/json'])
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.body).toMatchObject({ next: '/home', user: { username, signedInAt: TIME } })
    expect(stored?.session.username).toBe(username)
  })

  it('/login gives the token of the new session; the one from before is dead', async () => {
    const visitor = script()
    const answer = await visitor.answer('/login', credentialsOf({ username }))
    const late = visitor.csrfToken
    const early = (await script().read('/login')).body as { csrfToken: string }

    visitor.csrfToken = early.csrfToken
    const refused = await visitor.write('/logout', {})
    visitor.csrfToken = late
    const taken = await visitor.write('/logout', {})

    expect(frameOf(answer).csrfToken).toBe(late)
    expect([refused.status, taken.status]).toEqual([403, 200])
  })

  it('/login with the token from before the sign-in, and its cookie, opens nothing', async () => {
    const visitor = script()
    await visitor.read('/login')
    const early = visitor.csrfToken
    await visitor.answer('/login', credentialsOf({ username }))
    const Cookie = `csrf=${early}; sid=${visitor.cookie('sid') ?? ''}`

    const answer = await script().write('/logout', {}, { Cookie, 'X-CSRF-Token': early })

    expect(answer.status).toBe(403)
  })

  it('/logout answers with nobody signed in, and a token that works', async () => {
    const member = await memberScript()

    const answer = await member.write('/logout', {})

    expect(answer.status).toBe(200)
    expect(answer.body).toEqual({
      next: '/login',
      notice: { code: 'signed-out', message: t('notice.signed-out') },
      user: null,
      csrfToken: TOKEN,
    })
    await member.get('/captcha')
    const again = await member.write('/login', credentialsOf({ username }))
    expect([again.status, frameOf(again).user?.username]).toEqual([200, username])
  })

  it('/account/sessions ends a session and says so; the other one learns why', async () => {
    const [here, there] = [await memberScript(), await memberScript()]

    const answer = await here.write('/account/sessions', { end: 'others' })

    expect([answer.status, frameOf(answer).next]).toEqual([200, '/account/sessions'])
    expect(frameOf(answer).notice?.code).toBe('others-ended')
    expect(frameOf(answer).user?.username).toBe(username)
    const gone = await there.read('/account')
    expect([gone.status, (gone.body as { detail: string }).detail]).toEqual([
      401,
      t('notice.ended-elsewhere'),
    ])
  })

  it('/locale changes the language of what follows', async () => {
    const visitor = script()
    await visitor.read('/home')

    const answer = await visitor.write('/locale', { locale: 'zh-CN', next: '/home' })
    const refused = await visitor.read('/account')

    expect([answer.status, frameOf(answer).next]).toEqual([200, '/home'])
    expect((refused.body as { title: string }).title).toBe(translator('zh-CN')('problem.sign-in'))
  })

  it.each(['application/x-www-form-urlencoded', 'application/json'])(
    'takes a body of %s',
    async (type) => {
      const visitor = script()
      await visitor.read('/login')
      await visitor.read('/captcha')
      const fields = { ...credentialsOf({ username }), _csrf: visitor.csrfToken }

      const answer = await visitor.agent.post('/login').type(type).send(fields)

      expect([answer.status, frameOf(answer).user?.username]).toEqual([200, username])
    },
  )
})

describe('A notice', () => {
  it('that an answer in JSON told is not shown again', async () => {
    const visitor = script()

    const answer = await visitor.answer('/register', newPerson())

    expect(cookiesOf(answer)).not.toHaveProperty('notice')
    expect(frameOf(await visitor.read('/login'))).not.toHaveProperty('notice')
  })

  it('that a page left is told in JSON, once', async () => {
    const visitor = script()
    await visitor.get('/account', { Accept: 'text/html' })

    const [first, second] = [await visitor.read('/login'), await visitor.read('/login')]

    expect(frameOf(first).notice).toEqual({
      code: 'sign-in-first',
      message: t('notice.sign-in-first'),
    })
    expect(frameOf(second)).not.toHaveProperty('notice')
  })

  it('of a session that is over is told with the sign-in form', async () => {
    const [here, there] = [await memberScript(), await memberScript()]
    await here.write('/account/sessions', { end: 'others' })

    const answer = await there.read('/login')

    expect(frameOf(answer).notice?.code).toBe('ended-elsewhere')
  })
})

describe('Whether an answer is a page or JSON', () => {
  it('is decided in one place', () => {
    const deciding = sources().filter(({ text }) => /\.accepts\(|wantsJson\(/.test(text))

    expect(deciding.map(({ path }) => path)).toEqual(['middleware/answer/representation.ts'])
  })
})

describe('The same visit on pages', () => {
  it('is not changed by what was done in JSON', async () => {
    const member = await memberScript()

    const account = await member.get('/account', { Accept: 'text/html' })
    const wrong = await site.visitor().signIn({ username, password: `${validPassword}!` })

    expect(page(account).querySelector('main')?.text).toContain(username)
    expect([wrong.status, wrong.type]).toEqual([422, 'text/html'])
  })
})

describe('POST /login in the background', () => {
  it('says where it leads instead of leading there, and a refusal is the page', async () => {
    const visitor = site.visitor()
    const headers = { 'X-Form': 'background', Accept: 'text/html' }

    const refused = await visitor.fill('/login', { username, password: 'wrong' }, headers)
    const taken = await visitor.signIn({ username }, headers)

    expect([refused.status, refused.type]).toEqual([422, 'text/html'])
    expect([taken.status, taken.headers.location]).toEqual([204, '/account'])
    expect((await visitor.get('/account')).status).toBe(200)
  })
})
