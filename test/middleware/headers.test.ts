// Every answer of every kind carries the strict policy, and no page needs an exception from it.
import express from 'express'
import supertest from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Response } from 'supertest'
import { readAssets } from '../../lib/http/assets.ts'
import { assets } from '../../middleware/assets.ts'
import { openSite, type Site } from '../helper.ts'
import { page, type Visitor } from '../visitor.ts'

const answers: [string, (visitor: Visitor) => Promise<Response>][] = [
  ['a page', (visitor) => visitor.get('/home')],
  ['a form', (visitor) => visitor.get('/register')],
  ['a redirect', (visitor) => visitor.get('/')],
  ['a redirect with a notice', (visitor) => visitor.get('/account')],
  ['a refused form', (visitor) => visitor.signIn({ username: '' })],
  ['an accepted form', (visitor) => visitor.register()],
  ['the picture', (visitor) => visitor.get('/captcha')],
  ['the health check', (visitor) => visitor.get('/healthz')],
  ['a style sheet', (visitor) => visitor.get('/css/site.css')],
  ['a style sheet of Pico', (visitor) => visitor.get('/css/pico/pico.jade.min.css')],
  ['a script', (visitor) => visitor.get('/js/site.js')],
  ['a picture file', (visitor) => visitor.get('/img/logo.svg')],
  ['a refused token', (visitor) => visitor.post('/login', {})],
  ['an unknown page', (visitor) => visitor.get('/no-such-page')],
  ['a wrong method', (visitor) => visitor.agent.delete('/login')],
  ['the methods of a page', (visitor) => visitor.agent.options('/login')],
  ['a body that is too large', (visitor) => visitor.post('/login', 'x'.repeat(20_000))],
  ['a malformed body', (visitor) => visitor.post('/login', 'a=%')],
  ['a wrong content type', (visitor) => visitor.post('/login', '{}', { 'Content-Type': 'text/x' })],
  ['a malformed path', (visitor) => visitor.get('/%E0%A4%A')],
]

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

describe.each(answers)('%s', (_what, ask) => {
  it('has a content security policy without inline script and style (ASVS 3.4.3, 3.4.6)', async () => {
    const answer = await ask(site.visitor())

    const policy = answer.headers['content-security-policy'] ?? ''
    expect(policy).toMatch(/default-src '(none|self)'/)
    expect(policy).toMatch(/frame-ancestors 'none'/)
    expect(policy).not.toMatch(/unsafe|nonce|\*|https?:/)
  })

  it('has the other security headers and does not name its software (ASVS 3.4.4, 3.4.5)', async () => {
    const { headers } = await ask(site.visitor())

    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['x-frame-options']).toMatch(/deny/i)
    expect(headers['referrer-policy']).toMatch(/^(same-origin|no-referrer|strict-origin.*)$/)
    expect(headers['permissions-policy']).toContain('camera=()')
    expect(headers['cross-origin-opener-policy']).toBe('same-origin')
    expect(headers).not.toHaveProperty('x-powered-by')
    expect(headers).not.toHaveProperty('server')
    expect(headers).not.toHaveProperty('access-control-allow-origin')
  })
})

describe.each(['/home', '/login', '/register', '/no-such-page'])('GET %s', (path) => {
  it('has no inline script or style', async () => {
    const content = page(await site.visitor().get(path))

    const attributes = content.querySelectorAll('*').flatMap((one) => Object.keys(one.attributes))
    expect(content.querySelectorAll('script:not([src]), style')).toEqual([])
    expect(attributes.filter((name) => name === 'style' || /^on/i.test(name))).toEqual([])
  })

  it('names no address outside the site', async () => {
    const content = page(await site.visitor().get(path))

    const addresses = content
      .querySelectorAll('[src], [href], [action]')
      .map(({ attributes }) => attributes.src ?? attributes.href ?? attributes.action ?? '')
    expect(addresses.length).toBeGreaterThan(0)
    expect(addresses.filter((address) => !/^(\/(?!\/)|#)/.test(address))).toEqual([])
  })

  it('loads nothing that is not there', async () => {
    const visitor = site.visitor()
    const content = page(await visitor.get(path))
    const files = content
      .querySelectorAll('[src], link[href]')
      .map(({ attributes }) => attributes.src ?? attributes.href ?? '')

    const loaded = await Promise.all(files.map((file) => visitor.get(file)))

    expect(loaded.map(({ status }) => status)).toEqual(files.map(() => 200))
  })
})

describe('over plain HTTP, GET /home', () => {
  it('does not ask browsers to keep to HTTPS', async () => {
    const { headers } = await site.visitor().get('/home')

    expect(headers).not.toHaveProperty('strict-transport-security')
    expect(headers['content-security-policy']).not.toContain('upgrade-insecure-requests')
  })
})

describe('static files', () => {
  it.each(['/css/site.css', '/js/site.js', '/img/logo.svg'])(
    'GET %s sets no cookie',
    async (path) => {
      const answer = await site.visitor().get(path)

      expect(answer.status).toBe(200)
      expect(answer.headers).not.toHaveProperty('set-cookie')
    },
  )

  it('may be kept for an hour in production, and are asked for anew while somebody works on them', async () => {
    const kept = supertest(express().use(assets(readAssets, true)))
    const fresh = supertest(express().use(assets(readAssets, false)))

    const answers = [await kept.get('/css/site.css'), await fresh.get('/css/site.css')]

    expect(answers.map(({ headers }) => headers as object)).toMatchObject([
      { 'cache-control': 'public, max-age=3600' },
      { 'cache-control': 'public, max-age=0' },
    ])
  })

  it.each([
    '/package.json',
    '/css/../../package.json',
    '/css/..%2f..%2fpackage.json',
    '/.npmrc',
    '/css/',
  ])('GET %s shows nothing of the inside', async (path) => {
    const answer = await site.visitor().get(path)

    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
  })
})
