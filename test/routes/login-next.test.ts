// After signing in people go where they wanted to, as long as that is a page of this site.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, validPassword, type Site } from '../helper.ts'
import { newPerson } from '../visitor.ts'

const { username } = newPerson()

const unsafe = [
  '',
  'home',
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  'https://evil.example/home',
  'https:evil.example',
  'HTTP://evil.example',
  'javascript:alert(1)',
  'data:text/html,x',
  ' //evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '\t//evil.example',
  '/%2fevil.example',
  '/%5cevil.example',
  '/%252fevil.example',
  '%2f%2fevil.example',
  '/%09/evil.example',
  '/home\r\nSet-Cookie: sid=x',
  '/home%0d%0aSet-Cookie:%20sid=x',
  '/.//evil.example',
  '/x/..//evil.example',
  '/\u0000/evil.example',
  '@evil.example',
  `/${'x'.repeat(5000)}`,
]

let site: Site
beforeAll(async () => {
  site = await openSite({ CAPTCHA: 'off' }) // a picture for each of the many sign-ins would show nothing more
  await site.visitor().register({ username })
})
afterAll(() => site.close())

describe('POST /login', () => {
  it.each(['/home', '/logout', '/account?tab=sessions&sort=new', '/home#top', '/a/b/c'])(
    'leads to %s, which the form was opened with',
    async (next) => {
      const path = `/login?next=${encodeURIComponent(next)}`

      const answer = await site.visitor().fill(path, { username, password: validPassword })

      expect([answer.status, answer.headers.location]).toEqual([303, next])
    },
  )

  it('still leads there after a refusal and another try', async () => {
    const visitor = site.visitor()
    const form = { username, password: validPassword }
    await visitor.fill('/login?next=%2Fhome', { ...form, password: 'not the one' })

    const answer = await visitor.fill('/login?next=%2Fhome', form)

    expect([answer.status, answer.headers.location]).toEqual([303, '/home'])
  })

  it('leads where the address of the request says if the form says nothing', async () => {
    const visitor = site.visitor()
    const answer = await visitor.send('/login?next=%2Fhome', {
      username,
      password: validPassword,
    })

    expect(answer.headers.location).toBe('/home')
  })

  it('leads where a member-only page asked to come back to', async () => {
    const visitor = site.visitor()
    const { headers } = await visitor.get('/account')

    const answer = await visitor.fill(headers.location ?? '', { username, password: validPassword })

    expect(answer.headers.location).toBe('/account')
  })

  it.each(unsafe)('leads to the account instead of %j in the form', async (next) => {
    const answer = await site.visitor().signIn({ username, next })

    expect([answer.status, answer.headers.location]).toEqual([303, '/account'])
  })

  it.each(unsafe)('leads to the account instead of %j in the address', async (next) => {
    const path = `/login?next=${encodeURIComponent(next)}`

    const answer = await site.visitor().fill(path, { username, password: validPassword })

    expect([answer.status, answer.headers.location]).toEqual([303, '/account'])
  })

  it.each(['next=//evil.example&next=//evil.example', 'next[]=//evil.example', 'next[a]=x'])(
    'stays on this site with a way back that is no text: %s',
    async (query) => {
      const visitor = site.visitor()
      const token = await visitor.token()
      const form = new URLSearchParams({
        _csrf: token,
        username,
        password: validPassword,
      })

      const answer = await visitor.post(`/login?${query}`, `${form.toString()}&${query}`)

      expect(answer.status).toBeLessThan(500)
      expect(answer.headers.location ?? '/account').toBe('/account')
    },
  )
})
