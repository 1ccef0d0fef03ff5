// While the database is away every page says so and comes back by itself; nothing hangs and nothing breaks.
import mongoose from 'mongoose'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { connectOptions } from '../../../config/database.ts'
import { translator } from '../../../config/i18n.ts'
import { buildIndexes } from '../../../models/database/indexes.ts'
import { CAPTCHA, openSite, validPassword, type Site } from '../../helper.ts'
import { openProxy, type Proxy } from '../../proxy.ts'
import { newPerson, page, type Fields, type Visitor } from '../../visitor.ts'

let wire: Proxy
let site: Site
let member: Visitor
let visitor: Visitor
let form: Fields
beforeAll(async () => {
  wire = await openProxy(inject('mongoUrl'))
  await mongoose.connect(wire.url, { ...connectOptions, dbName: `test-away-${process.pid}` })
  await buildIndexes()
  site = await openSite()
  member = site.visitor()
  visitor = site.visitor()
  const { username = '' } = await member.becomeMember()
  form = {
    username,
    password: validPassword,
    captcha: CAPTCHA,
    _csrf: await visitor.token(),
  }
  await visitor.get('/captcha')
})
afterAll(async () => {
  await site.close()
  await wire.cut()
})

describe.each<[string, () => void | Promise<void>]>([
  ['refuses connections', () => wire.cut()],
  ['takes connections and is silent', () => wire.freeze()],
])('while the database %s', (_what, breakWire) => {
  beforeEach(async () => {
    await breakWire()

    return async () => {
      await wire.mend()
      await expect.poll(async () => (await member.get('/home')).status).toBe(200)
    }
  })

  it.each(['/home', '/captcha'])(
    'GET %s answers a member 503 with Retry-After and a page',
    async (path) => {
      const answer = await member.get(path)

      expect(answer.status).toBe(503)
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
      expect(page(answer).querySelector('h1')?.text).toBe(translator('en')('error.503.title'))
      expect(page(answer).querySelector('main code')?.text).toBe(answer.headers['x-request-id'])
      const text = answer.text.replaceAll(site.settings.baseUrl, '') // the site's own address is no secret
      expect(text).not.toMatch(/mongo|127\.0\.0\.1:\d|ECONN|node_modules/i)
    },
  )

  it('POST /login answers 503 in the language of the visitor', async () => {
    const answer = await visitor.post('/login', form, { 'Accept-Language': 'zh-CN' })

    expect(answer.status).toBe(503)
    expect(page(answer).querySelector('h1')?.text).toBe(translator('zh-CN')('error.503.title'))
  })

  it('POST /register answers 503 and works once the database is back', async () => {
    const person = newPerson()
    const { _csrf = '', captcha = '' } = form
    const answer = await visitor.post('/register', { ...person, captcha, _csrf })
    await wire.mend()
    await expect.poll(async () => (await visitor.get('/captcha')).status).toBe(200)

    const second = await visitor.register(person)

    expect(answer.status).toBe(503)
    expect(second.status).toBe(303)
  })

  it('GET /captcha answers many visitors at once', async () => {
    const visitors = Array.from({ length: 20 }, () => site.visitor())

    const answers = await Promise.all(visitors.map((one) => one.get('/captcha')))

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]))
  })

  it('GET answers 200 for the health check and for files', async () => {
    const files = ['/healthz', '/css/site.css', '/img/logo.svg']

    const answers = await Promise.all(files.map((path) => site.visitor().get(path)))

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
  })
})

describe('once the database is back', () => {
  it('GET /account still knows the member', async () => {
    const answer = await member.get('/account')

    expect(answer.status).toBe(200)
    expect(answer.text).toContain(form.username)
  })

  it('POST /login signs in', async () => {
    const answer = await site.visitor().signIn({ username: form.username ?? '' })

    expect(answer.status).toBe(303)
  })
})
