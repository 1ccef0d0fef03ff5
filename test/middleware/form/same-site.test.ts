// What a browser marks as coming from elsewhere changes nothing here, whatever else it carries.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../../config/i18n.ts'
import { CAPTCHA, openSite, validPassword, type Site } from '../../helper.ts'
import { newPerson, page, type Fields } from '../../visitor.ts'

const elsewhere: Fields[] = [
  { 'Sec-Fetch-Site': 'cross-site' },
  { 'Sec-Fetch-Site': 'same-site' },
  { 'Sec-Fetch-Site': 'CROSS-SITE' },
  { Origin: 'https://evil.example' },
  { Origin: 'null' },
  { Origin: 'null', 'Sec-Fetch-Site': 'none' },
  { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' }, // a sandboxed frame of another site
  { Origin: 'http://127.0.0.1:3000.evil.example' },
  { Origin: 'http://evil.example:3000' },
  { Origin: 'http://127.0.0.1:3001' },
  { Origin: 'https://127.0.0.1:3000' },
  { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'same-origin' },
  { Origin: 'http://127.0.0.1:3000', 'Sec-Fetch-Site': 'cross-site' },
  { Origin: 'http://localhost:4001', Host: 'localhost:4000' }, // another program of that machine
  { Origin: 'http://localhost:4000', Host: '127.0.0.1:4000' },
  { Origin: 'https://evil.example', 'X-Forwarded-Host': 'evil.example' },
]

const here: Fields[] = [
  {},
  { 'Sec-Fetch-Site': 'same-origin' },
  { 'Sec-Fetch-Site': 'none' },
  { Origin: 'http://127.0.0.1:3000' },
  { Origin: 'http://127.0.0.1:3000', 'Sec-Fetch-Site': 'same-origin' },
  { Origin: 'null', 'Sec-Fetch-Site': 'same-origin' }, // a page of ours that sends no referrer
  { Origin: 'http://localhost:4000', Host: 'localhost:4000' }, // whoever develops it, at its machine
  { Origin: 'http://app.localhost:4000', Host: 'app.localhost:4000' },
]

let site: Site
let username: string
beforeAll(async () => {
  site = await openSite({ BASE_URL: 'http://127.0.0.1:3000' })
  username = (await site.visitor().becomeMember()).username ?? ''
})
afterAll(() => site.close())

describe('POST /login', () => {
  it.each(elsewhere)('is refused with a valid token, coming with %j', async (headers) => {
    const visitor = site.visitor()

    const answer = await visitor.signIn({ username }, headers)

    expect(answer.status).toBe(403)
    expect(page(answer).querySelector('main code')?.text).toBe(answer.headers['x-request-id'])
    expect((await visitor.get('/account')).status).toBe(303)
  })

  it.each(here)('is taken, coming with %j', async (headers) => {
    const answer = await site.visitor().signIn({ username }, headers)

    expect(answer.status).toBe(303)
  })
})

describe.each(['/register', '/logout', '/locale', '/no-such-page'])('POST %s', (path) => {
  it.each([{ 'Sec-Fetch-Site': 'cross-site' }, { Origin: 'https://evil.example' }])(
    'is refused from elsewhere, with %j',
    async (headers: Fields) => {
      const member = site.visitor()
      await member.signIn({ username })
      const _csrf = await member.token('/home')

      const answer = await member.post(
        path,
        { _csrf, ...newPerson(), captcha: CAPTCHA, locale: 'zh-CN' },
        headers,
      )

      expect(answer.status).toBe(403)
      expect((await member.get('/account')).status).toBe(200)
      expect(member.cookie('locale')).toBeUndefined()
    },
  )
})

describe('POST /verify-email/:token', () => {
  const link = async () => {
    const { email } = await register()
    return (await site.mails()).find(({ to }) => to === email)?.link ?? ''
  }
  const register = async () => {
    const person = newPerson()
    await site.visitor().register(person)
    return person
  }

  // Over plain HTTP browsers send no Sec-Fetch-Site, and from a page that sends no referrer no Origin either.
  it.each<Fields>([{ Origin: 'null' }, { Origin: 'http://127.0.0.1:3000' }])(
    'confirms over plain HTTP, coming with %j alone',
    async (headers) => {
      const answer = await site.visitor().fill(await link(), {}, headers)

      expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
    },
  )

  it.each<Fields>([
    { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' },
    { Origin: 'null', 'Sec-Fetch-Site': 'none' },
    { Origin: 'https://evil.example' },
    { 'Sec-Fetch-Site': 'cross-site' },
  ])('is refused where a browser says that it comes from elsewhere: %j', async (headers) => {
    const answer = await site.visitor().fill(await link(), {}, headers)

    expect(answer.status).toBe(403)
  })
})

describe('POST /password-reset/:token', () => {
  it('is taken without Sec-Fetch-Site, but never without the token of its form', async () => {
    const path = `/password-reset/${'a'.repeat(43)}`
    const headers = { Origin: 'null' }

    const withToken = await site.visitor().send(path, { password: validPassword }, headers)
    const without = await site.visitor().post(path, { password: validPassword }, headers)

    // The link is nobody's, so both say 404; only the second was turned away before it was looked at.
    const refused = translator('en')('notice.no-cookies')
    expect([withToken.status, withToken.text.includes(refused)]).toEqual([404, false])
    expect([without.status, without.text.includes(refused)]).toEqual([404, true])
  })
})

describe('GET /home', () => {
  it('is open to links from elsewhere', async () => {
    const answer = await site.visitor().get('/home', {
      'Sec-Fetch-Site': 'cross-site',
      Referer: 'https://elsewhere.example/',
    })

    expect(answer.status).toBe(200)
  })

  it.each([{ Origin: 'https://evil.example' }, { Origin: 'null' }])(
    'lets no page of another site read it, with %j (ASVS 3.4.2)',
    async (headers: Fields) => {
      const answer = await site.visitor().get('/home', headers)

      expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
    },
  )
})

describe('over HTTPS, POST /login', () => {
  it.each([
    ['https://sign-in.example', 303],
    ['http://sign-in.example', 403],
    ['https://www.sign-in.example', 403],
    ['https://sign-in.example:8443', 403],
  ])('from %s is answered with %i', async (Origin, status) => {
    const secure = await openSite({
      BASE_URL: 'https://sign-in.example',
      TRUST_PROXY: '1',
      CAPTCHA: 'off',
    })
    const headers = { 'X-Forwarded-Proto': 'https' }
    const visitor = secure.visitor()
    const form = await visitor.get('/login', headers)
    const _csrf = page(form).querySelector('[name=_csrf]')?.getAttribute('value') ?? ''

    const answer = await visitor.post(
      '/login',
      { _csrf, username, password: validPassword },
      { ...headers, Origin, Cookie: `__Host-csrf=${_csrf}` },
    )

    expect(answer.status).toBe(status)
  })
})
