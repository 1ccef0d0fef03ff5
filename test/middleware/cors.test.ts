// Front ends on other origins: those in CORS_ORIGINS read every answer and send forms; nobody else gets a header of it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Response } from 'supertest'
import { openSite, type Site } from '../helper.ts'
import { credentialsOf, frameOf, problemOf, Script } from '../script.ts'
import { type Fields } from '../visitor.ts'

const APP = 'https://app.example'
const LOCAL = 'http://127.0.0.1:5173'
const unlisted = [
  'https://evil.example',
  'null',
  '*',
  'http://app.example',
  'https://app.example:8443',
  'https://www.app.example',
  'https://app.example.evil.example',
  'https://app.example/',
  'HTTPS://APP.EXAMPLE',
  'https://app.example, https://evil.example',
  '__proto__',
  '',
]
const preflight = (headers: Fields = {}) => ({
  Origin: APP,
  'Access-Control-Request-Method': 'POST',
  'Access-Control-Request-Headers': 'content-type,x-csrf-token',
  ...headers,
})

let site: Site
let username: string
beforeAll(async () => {
  site = await openSite({ CORS_ORIGINS: `${APP},${LOCAL}` })
  username = (await new Script(site.app).becomeMember()).username ?? ''
})
afterAll(() => site.close())

const everyAnswer: [string, (script: Script, headers: Fields) => Promise<Response>][] = [
  ['a page', (script, headers) => script.read('/home', headers)],
  ['a page in HTML', (script, headers) => script.get('/home', { ...headers, Accept: 'text/html' })],
  ['a redirect', (script, headers) => script.read('/', headers)],
  ['the picture', (script, headers) => script.read('/captcha', headers)],
  ['the health check', (script, headers) => script.read('/healthz', headers)],
  [
    'an outcome',
    (script, headers) => script.answer('/login', credentialsOf({ username }), headers),
  ],
  ['a refused form', (script, headers) => script.answer('/login', {}, headers)],
  ['a page for members', (script, headers) => script.read('/account', headers)],
  ['an unknown page', (script, headers) => script.read('/no-such-page', headers)],
  ['a wrong method', async (script, headers) => script.agent.put('/login').set(headers)],
  ['a refused token', (script, headers) => script.write('/login', {}, headers)],
  ['a malformed body', (script, headers) => script.write('/login', '{', headers)],
  ['a large body', (script, headers) => script.write('/login', ' '.repeat(20_000), headers)],
  [
    'a wrong type',
    (script, headers) => script.write('/x', 'x', { ...headers, 'Content-Type': 'a/b' }),
  ],
]

describe.each(everyAnswer)('%s', (_what, ask) => {
  it.each([APP, LOCAL])('may be read by %s', async (Origin) => {
    const answer = await ask(new Script(site.app), { Origin, 'Sec-Fetch-Site': 'same-site' })

    expect(corsHeaders(answer)).toEqual({
      'access-control-allow-origin': Origin,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'Retry-After,X-Request-Id',
    })
    expect(varyOf(answer)).toContain('Origin')
  })

  it('may be read by no other origin (ASVS 3.4.2)', async () => {
    const headers: Fields[] = [{}, ...unlisted.map((Origin) => ({ Origin }))]
    const answers = await Promise.all(headers.map((sent) => ask(new Script(site.app), sent)))

    expect(answers.map(corsHeaders)).toEqual(headers.map(() => ({})))
    for (const answer of answers) expect(varyOf(answer)).toContain('Origin')
  })
})

describe('A preflight', () => {
  it.each(['/login', '/account', '/no-such-page', '/css/site.css', '/healthz'])(
    'for %s from a listed origin is answered with what is allowed',
    async (path) => {
      const answer = await site.visitor().agent.options(path).set(preflight())

      expect([answer.status, answer.text]).toEqual([204, ''])
      expect(corsHeaders(answer)).toEqual({
        'access-control-allow-origin': APP,
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'GET,POST',
        'access-control-allow-headers': 'Accept,Content-Type,X-CSRF-Token',
        'access-control-expose-headers': 'Retry-After,X-Request-Id',
        'access-control-max-age': '600',
      })
      expect(varyOf(answer)).toContain('Origin')
      expect(answer.headers).not.toHaveProperty('set-cookie')
    },
  )

  it('from any other origin is allowed nothing (ASVS 3.4.2)', async () => {
    const ask = (Origin: string) =>
      site.visitor().agent.options('/login').set(preflight({ Origin }))
    const answers = await Promise.all(unlisted.map(ask))

    expect(answers.map(corsHeaders)).toEqual(unlisted.map(() => ({})))
    for (const answer of answers) expect(varyOf(answer)).toContain('Origin')
  })

  it('it is not: OPTIONS from a listed origin tells the methods of the page', async () => {
    const answer = await site.visitor().agent.options('/login').set({ Origin: APP })

    expect([answer.status, answer.headers.allow]).toEqual([204, 'GET, HEAD, POST, OPTIONS'])
    expect(answer.headers['access-control-allow-origin']).toBe(APP)
  })
})

describe('POST /login', () => {
  const sentBy = (script: Script, headers: Fields) =>
    script.answer('/login', credentialsOf({ username }), headers)

  it.each(['same-site', 'cross-site', 'same-origin'])(
    'from a listed origin is taken, coming %s',
    async (where) => {
      const answer = await sentBy(new Script(site.app), { Origin: APP, 'Sec-Fetch-Site': where })

      expect([answer.status, frameOf(answer).user?.username]).toEqual([200, username])
    },
  )

  it('from a listed origin needs the token all the same', async () => {
    const script = new Script(site.app)

    const answer = await sentBy(script, { Origin: APP, 'X-CSRF-Token': 'made up' })

    expect([answer.status, problemOf(answer).type]).toEqual([403, 'urn:sesame:problem:forbidden'])
  })

  it.each<Fields>([
    { 'Sec-Fetch-Site': 'same-site' },
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'cross-site', Referer: `${APP}/` },
    ...unlisted.filter(Boolean).map((Origin) => ({ Origin })),
    { Origin: 'http://127.0.0.1:3000', 'Sec-Fetch-Site': 'cross-site' },
  ])('is refused, coming with %j', async (headers) => {
    const answer = await sentBy(new Script(site.app), headers)

    expect([answer.status, problemOf(answer).type]).toEqual([403, 'urn:sesame:problem:forbidden'])
  })
})

describe('Without CORS_ORIGINS', () => {
  it.each([APP, 'http://127.0.0.1:3000', 'null', ''])(
    'Origin: %j is allowed nothing, and no answer depends on it (ASVS 3.4.2)',
    async (Origin) => {
      const closed = await openSite()

      const answers = [
        await new Script(closed.app).read('/home', { Origin }),
        await closed.visitor().agent.options('/login').set(preflight({ Origin })),
      ]

      expect(answers.map(corsHeaders)).toEqual([{}, {}])
      expect(answers.flatMap(varyOf)).not.toContain('Origin')
    },
  )
})

function corsHeaders({ headers }: Response): Fields {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.startsWith('access-control-')),
  )
}

function varyOf({ headers }: Response): string[] {
  return (headers.vary ?? '').split(/, */)
}
