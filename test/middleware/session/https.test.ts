// Over HTTPS the cookies have names and flags that no other host and no plain HTTP can plant.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Response } from 'supertest'
import { CAPTCHA, openSite, type Site } from '../../helper.ts'
import { cookiesOf, newPerson, page, type Fields } from '../../visitor.ts'

const HTTPS = { 'X-Forwarded-Proto': 'https' }

let site: Site
beforeAll(async () => {
  site = await openSite({ BASE_URL: 'https://sign-in.example', TRUST_PROXY: '1' })
})
afterAll(() => site.close())

describe('over HTTPS', () => {
  it('POST /login answers with the cookie __Host-sid, Secure and without Domain (ASVS 3.3.3)', async () => {
    const browser = browserOf(site)
    const person = newPerson()
    await browser.fill('/register', person)

    const answer = await browser.fill('/login', person)

    const cookies = cookiesOf(answer)
    expect([answer.status, answer.headers.location]).toEqual([303, '/account'])
    expect(cookies['__Host-sid']?.flags.sort()).toEqual([
      'httponly',
      'path=/',
      'samesite=lax',
      'secure',
    ])
    expect(cookies).not.toHaveProperty('sid')
    expect((await browser.get('/account')).text).toContain(person.username)
  })

  it('every cookie of a whole visit has the prefix and is Secure (ASVS 3.3.1)', async () => {
    const browser = browserOf(site)
    const person = newPerson()

    const answers = [
      await browser.get('/account'),
      await browser.fill('/register', person),
      await browser.fill('/login', { ...person, remember: 'on' }),
      await browser.get('/account'),
      await browser.fill('/logout', {}),
    ]

    const cookies = answers.flatMap((answer) => Object.entries(cookiesOf(answer)))
    expect(cookies.length).toBeGreaterThan(4)
    for (const [name, { flags }] of cookies) {
      expect(name).toMatch(/^__Host-/)
      expect(flags).toEqual(expect.arrayContaining(['secure', 'httponly', 'path=/']))
      expect(flags.filter((flag) => flag.startsWith('domain'))).toEqual([])
    }
  })

  it('sets and clears the notice, and sets the token and the language, with the flags of __Host- (ASVS 3.3.1)', async () => {
    const browser = browserOf(site)

    const turnedAway = await browser.get('/account')
    const shown = await browser.get('/login')
    const again = await browser.get('/login')
    const chosen = await browser.fill('/login', { locale: 'zh-CN' }, '/locale')

    const cookies = [turnedAway, shown, chosen].map(cookiesOf)
    expect(cookies.map((set) => Object.keys(set))).toEqual([
      ['__Host-notice'],
      expect.arrayContaining(['__Host-notice', '__Host-csrf']),
      ['__Host-locale'],
    ])
    expect(cookies[1]?.['__Host-notice']?.value).toBe('')
    for (const { flags } of cookies.flatMap((set) => Object.values(set))) {
      const lasting = flags.filter((flag) => !/^(max-age|expires)=/.test(flag))
      expect(lasting.sort()).toEqual(['httponly', 'path=/', 'samesite=lax', 'secure'])
    }
    expect([shown, again].map((answer) => page(answer).querySelectorAll('.notice').length)).toEqual(
      [1, 0],
    )
    expect((await browser.get('/login')).text).toContain('lang="zh-CN"')
  })

  it('POST /logout clears the cookie __Host-sid', async () => {
    const browser = browserOf(site)
    const person = newPerson()
    await browser.fill('/register', person)
    await browser.fill('/login', person)

    const answer = await browser.fill('/logout', {})

    expect(cookiesOf(answer)['__Host-sid']).toMatchObject({ value: '' })
    expect((await browser.get('/account')).status).toBe(303)
  })

  it('GET /account knows nobody by the cookie of the name without prefix', async () => {
    const browser = browserOf(site)
    const person = newPerson()
    await browser.fill('/register', person)
    const signedIn = await browser.fill('/login', person)
    const value = cookiesOf(signedIn)['__Host-sid']?.value ?? ''

    const answer = await site.visitor().get('/account', { ...HTTPS, Cookie: `sid=${value}` })

    expect(answer.status).toBe(303)
  })

  it('GET /home asks browsers to keep to HTTPS (ASVS 3.4.1)', async () => {
    const answer = await site.visitor().get('/home', HTTPS)

    expect(answer.headers['strict-transport-security']).toMatch(/^max-age=\d{7,}$/)
  })

  it('GET /home asks for all subdomains only where HSTS_SUBDOMAINS is on', async () => {
    const { visitor } = await openSite({
      BASE_URL: 'https://sign-in.example',
      HSTS_SUBDOMAINS: 'on',
    })

    const answer = await visitor().get('/home')

    expect(answer.headers['strict-transport-security']).toMatch(
      /^max-age=\d{7,}; includeSubDomains$/,
    )
  })

  it('GET /captcha that came over plain HTTP sets no session cookie', async () => {
    const answer = await site.visitor().get('/captcha')

    expect(cookiesOf(answer)).toEqual({})
  })
})

/** A browser behind a proxy that speaks HTTPS; a cookie jar would not send Secure cookies over the test's own HTTP. */
function browserOf(site: Site) {
  const visitor = site.visitor()
  const jar = new Map<string, string>()
  const headers = (): Fields => ({
    ...HTTPS,
    Cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
  })
  const keep = (answer: Response) => {
    for (const [name, { value }] of Object.entries(cookiesOf(answer))) jar.set(name, value)
    return answer
  }
  const get = async (path: string) => keep(await visitor.get(path, headers()))
  return {
    get,
    fill: async (path: string, fields: Fields, action = path) => {
      const token = page(await get(path)).querySelector('main [name=_csrf]')
      await get('/captcha')
      const _csrf = token?.getAttribute('value') ?? ''
      return keep(await visitor.post(action, { _csrf, captcha: CAPTCHA, ...fields }, headers()))
    },
  }
}
