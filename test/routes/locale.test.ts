// A visitor's own choice of language holds against what the browser asks for.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, type Site } from '../helper.ts'
import { cookiesOf, page } from '../visitor.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

describe('POST /locale', () => {
  it.each([
    ['zh-CN', 'en', '登录'],
    ['en', 'zh-CN', 'Sign in'],
  ])('remembers %s although the browser asks for %s', async (locale, asked, heading) => {
    const visitor = site.visitor()

    const answer = await visitor.send('/locale', { locale, next: '/login' })

    expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
    const login = page(await visitor.get('/login', { 'Accept-Language': asked }))
    expect(login.querySelector('html')?.getAttribute('lang')).toBe(locale)
    expect(login.querySelector('h1')?.text).toBe(heading)
  })

  it('sets a lasting cookie that no script reads and starts no session', async () => {
    const answer = await site.visitor().send('/locale', { locale: 'zh-CN', next: '/home' })

    const cookies = cookiesOf(answer)
    expect(cookies.locale?.value).toBe('zh-CN')
    expect(cookies.locale?.flags).toEqual(
      expect.arrayContaining(['httponly', 'samesite=lax', 'path=/']),
    )
    expect(cookies.locale?.flags.some((flag) => flag.startsWith('max-age='))).toBe(true)
    expect(cookies).not.toHaveProperty('sid')
  })

  it('works in a page whose session has ended, and needs no token, which undoes nothing', async () => {
    const member = site.visitor()
    await member.becomeMember()
    const _csrf = await member.token('/home')
    await site.database.collection('sessions').deleteMany({})
    const fields = { locale: 'zh-CN', next: '/login' }

    const ended = await member.post('/locale', { _csrf, ...fields })
    const without = await site.visitor().post('/locale', fields)
    const script = await site.visitor().post('/locale', fields, { Accept: 'application/json' })

    expect([ended.status, ended.headers.location, without.status]).toEqual([303, '/login', 303])
    expect([script.status, cookiesOf(script).locale?.value]).toEqual([200, 'zh-CN'])
    expect(cookiesOf(ended).locale?.value).toBe('zh-CN')
  })

  it('goes on for a member', async () => {
    const member = site.visitor()
    await member.becomeMember()

    await member.send('/locale', { locale: 'zh-CN', next: '/account' })

    const account = await member.get('/account')
    expect([account.status, account.headers['content-language']]).toEqual([200, 'zh-CN'])
  })

  it.each(['/home', '/login?next=%2Faccount', '/register', '/no/such/page?a=1&b=2'])(
    'leads back to %s, where the choice was made',
    async (path) => {
      const visitor = site.visitor()
      const form = page(await visitor.get(path)).querySelector('footer form')
      const hidden = (name: string) =>
        form?.querySelector(`[name=${name}]`)?.getAttribute('value') ?? ''

      const answer = await visitor.post(form?.getAttribute('action') ?? '', {
        _csrf: hidden('_csrf'),
        next: hidden('next'),
        locale: 'zh-CN',
      })

      expect([answer.status, answer.headers.location]).toEqual([303, path])
    },
  )

  it.each(['//evil.example', '/\\evil.example', 'https://evil.example', '/%2f%2fevil.example', ''])(
    'does not lead to %j',
    async (next) => {
      const answer = await site.visitor().send('/locale', { locale: 'en', next })

      expect([answer.status, answer.headers.location]).toEqual([303, '/home'])
    },
  )

  it.each(['tlh', '', 'zh', '__proto__', '../../etc/passwd', 'en\0'])(
    'refuses the unknown language %j',
    async (locale) => {
      const answer = await site.visitor().send('/locale', { locale })

      expect(answer.status).toBeGreaterThanOrEqual(400)
      expect(answer.status).toBeLessThan(500)
      expect(cookiesOf(answer)).not.toHaveProperty('locale')
    },
  )
})
