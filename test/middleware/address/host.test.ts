// Requests that are addressed to another host: a page of another site whose name was made to lead here gets nothing.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../../config/i18n.ts'
import { createApp } from '../../../app.ts'
import { createLogger } from '../../../config/logger.ts'
import { openSite, settingsWith, type Site } from '../../helper.ts'
import { page, Visitor } from '../../visitor.ts'

const PRODUCTION = {
  NODE_ENV: 'production',
  CAPTCHA: 'on',
  THROTTLE: 'on',
  SMTP_URL: 'smtps://mail.example',
  MAIL_FROM: 'sesame@example.com',
  TRUST_PROXY: '1',
  BASE_URL: 'https://sign-in.example',
}
const PATHS = ['/', '/home', '/login', '/dev/mail', '/captcha', '/css/site.css', '/no-such-page']

let site: Site
beforeAll(async () => {
  site = await openSite({ BASE_URL: 'http://sesame.example:3000' })
})
afterAll(() => site.close())

// Without a process and a mail server of its own: what it does before it needs either.
function productionVisitor(environment = {}): Visitor {
  const settings = settingsWith({ ...PRODUCTION, ...environment })
  const logger = createLogger({ ...settings, logLevel: 'silent' })
  return new Visitor(createApp({ settings, database: site.database, logger }))
}

describe('While developing, a request', () => {
  it.each([
    'sesame.example:3000',
    'SESAME.example:3000',
    'sesame.example.:3000',
    'sesame.example',
    'localhost',
    'localhost:8080',
    'app.localhost:8080',
    '127.0.0.1:1',
    '127.1.2.3',
    '[::1]:3000',
  ])('to %s is answered', async (Host) => {
    const { status } = await site.visitor().get('/login', { Host })

    expect(status).toBe(200)
  })

  it.each([
    'evil.example',
    'evil.example:3000',
    'sesame.example:80',
    'sesame.example:3001',
    'sesame.example.evil.example:3000',
    'localhost.evil.example',
    'notlocalhost',
    '127.0.0.1.evil.example',
    '127.0.0.1@evil.example',
    'evil.example@127.0.0.1',
    'evil.example#127.0.0.1',
    '192.0.2.1:3000',
    '0.0.0.0:3000',
    '[::]:3000',
    '[::2]',
    '',
  ])('to %j is refused with 421', async (Host) => {
    const { status } = await site.visitor().get('/login', { Host })

    expect(status).toBe(421)
  })
})

describe('A request to another host', () => {
  it('is refused everywhere, and sets no cookie', async () => {
    for (const path of PATHS) {
      const answer = await site.visitor().get(path, { Host: 'evil.example' })

      expect([path, answer.status]).toEqual([path, 421])
      expect(answer.headers).not.toHaveProperty('set-cookie')
      expect(answer.headers['cache-control']).toBe('no-store')
    }
  })

  it.each(['head', 'post', 'options', 'put'] as const)('is refused by %s too', async (method) => {
    const { agent } = site.visitor()

    const { status } = await agent[method]('/login').set('Host', 'evil.example')

    expect(status).toBe(421)
  })

  it.each(['/healthz', '/readyz'])(
    'still finds %s, which probes ask for by address',
    async (path) => {
      const answer = await site.visitor().get(path, { Host: '192.0.2.1:3000' })

      expect(answer.status).toBe(200)
    },
  )

  it.each([
    ['en', 'text/html'],
    ['zh-CN', 'text/html'],
    ['en', 'application/json'],
  ] as const)('is told what its operator has to set: %s, %s', async (language, Accept) => {
    const headers = { Host: '192.0.2.1:3000', Accept, 'Accept-Language': language }

    const answer = await site.visitor().get('/login', headers)

    const t = translator(language)
    expect(t('error.421.text')).toContain('BASE_URL')
    if (Accept === 'text/html') {
      expect(page(answer).querySelector('main h1')?.text).toBe(t('error.421.title'))
      expect(page(answer).text).toContain(t('error.421.text'))
    } else {
      const { type, detail } = JSON.parse(answer.text) as { type: string; detail: string }
      expect([type, detail]).toEqual(['urn:sesame:problem:misdirected', t('error.421.text')])
    }
  })

  it('is refused before a preflight of a listed front end is answered', async () => {
    const app = await openSite({ CORS_ORIGINS: 'https://app.example' })

    const { status } = await app.visitor().agent.options('/login').set({
      Host: 'a.example',
      Origin: 'https://app.example',
      'Access-Control-Request-Method': 'POST',
    })

    expect(status).toBe(421)
  })
})

describe('In production, a request', () => {
  it.each([
    ['sign-in.example', 200],
    ['sign-in.example:443', 200],
    ['sign-in.example:80', 421],
    ['www.sign-in.example', 421],
    ['localhost', 421],
    ['127.0.0.1:3000', 421],
  ])('to %s is answered with %i', async (Host, status) => {
    const answer = await productionVisitor().get('/css/site.css', { Host })

    expect(answer.status).toBe(status)
  })

  it('is not judged by X-Forwarded-Host, which a page of another site can set', async () => {
    const forged = { Host: 'evil.example', 'X-Forwarded-Host': 'sign-in.example' }

    expect((await productionVisitor().get('/css/site.css', forged)).status).toBe(421)
  })
})
