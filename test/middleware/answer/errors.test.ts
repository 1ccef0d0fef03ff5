// Refusals and accidents: the right status, a page of the site, an id to quote, and nothing of the inside.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Response } from 'supertest'
import { translator } from '../../../config/i18n.ts'
import { openSite, type Site } from '../../helper.ts'
import { page, titleOf } from '../../visitor.ts'

const t = translator('en')
const INSIDE =
  /node_modules|\.ts\b|\.js:\d|\.ejs\b|stack|mongo|express|\bat \w+ \(|\/work\/|E11000/i

const methods: [string, string[]][] = [
  ['/', ['GET', 'HEAD']],
  ['/home', ['GET', 'HEAD']],
  ['/register', ['GET', 'HEAD', 'POST']],
  ['/login', ['GET', 'HEAD', 'POST']],
  ['/account', ['GET', 'HEAD']],
  ['/logout', ['GET', 'HEAD', 'POST']],
  ['/captcha', ['GET', 'HEAD']],
  ['/locale', ['POST']],
  ['/healthz', ['GET', 'HEAD']],
  ['/readyz', ['GET', 'HEAD']],
]

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

describe.each(methods)('any other method on %s', (path, allowed) => {
  it.each(['get', 'post', 'put', 'patch', 'delete', 'options'] as const)(
    '%s is answered or refused with 405, Allow and a page',
    async (method) => {
      const answer = await site.visitor().agent[method](path)

      if (allowed.includes(method.toUpperCase())) {
        expect(answer.status).not.toBe(405)
      } else {
        const named = (answer.headers.allow ?? '').split(/, */)
        expect(named.filter((one) => one !== 'OPTIONS')).toEqual(allowed)
        if (method === 'options') expect(answer.status).toBeLessThan(500)
        else expectErrorPage(answer, 405)
      }
    },
  )
})

describe('an unknown page', () => {
  it.each([
    '/no-such-page',
    '/login/x',
    '/homes',
    '/account.html',
    '/css/none.css',
    '/%00',
    '/..%2f',
  ])('GET %s answers 404 or 400 with a page', async (path) => {
    const answer = await site.visitor().get(path)

    expect([400, 404]).toContain(answer.status)
    expect(answer.headers['cache-control']).toBe('no-store')
    expectErrorPage(answer, answer.status)
  })

  it('GET answers 404 to a member too, signed in as before', async () => {
    const member = site.visitor()
    await member.becomeMember()

    const answer = await member.get('/no-such-page')

    expectErrorPage(answer, 404)
    expect(answer.headers['cache-control']).toContain('no-store')
    expect(page(answer).querySelector('nav a[href="/account"]')).not.toBeNull()
  })

  it('POST answers 404', async () => {
    const answer = await site.visitor().send('/no-such-page', {})

    expectErrorPage(answer, 404)
  })

  it('GET reflects its address as text only', async () => {
    const answer = await site.visitor().get('/%22%3E%3Cscript%3Ealert(1)%3C/script%3E?"><script>')

    expect(answer.text).not.toContain('<script>')
    expect(page(answer).querySelectorAll('script:not([src])')).toEqual([])
  })
})

describe('the id of a request', () => {
  it('is different for each, and never the one the visitor sends', async () => {
    const visitor = site.visitor()
    const mine = { 'X-Request-Id': 'chosen-by-me' }

    const first = await visitor.get('/no-such-page', mine)
    const second = await visitor.get('/no-such-page', mine)

    expect(idOn(first)).toMatch(/^[\w-]{16,}$/)
    expect(idOn(first)).not.toBe(idOn(second))
    expect(first.text + second.text).not.toContain('chosen-by-me')
  })
})

function expectErrorPage(answer: Response, status: number) {
  const content = page(answer)
  expect(answer.status).toBe(status)
  expect(answer.headers['content-type']).toMatch(/^text\/html/)
  expect(content.querySelector('h1')?.text).toBe(t(`error.${status.toString()}.title`))
  expect(titleOf(answer)).toContain(t(`error.${status.toString()}.title`))
  expect(idOn(answer)).toBe(answer.headers['x-request-id'])
  expect(content.querySelector('main')?.text).not.toMatch(INSIDE)
}

function idOn(answer: Response): string | undefined {
  return page(answer).querySelector('main code')?.text
}
