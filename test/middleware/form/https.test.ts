// A site for HTTPS behind a proxy that it was not told to trust: the visitor is told, and nothing is stored for nobody.
import { MongoStore } from 'connect-mongo'
import express from 'express'
import session from 'express-session'
import supertest from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../../config/i18n.ts'
import { sessionsOf } from '../../documents.ts'
import { openSite, validPassword, type Site } from '../../helper.ts'
import { cookiesOf, newPerson, page } from '../../visitor.ts'

const t = translator('en')
const HTTPS = { 'X-Forwarded-Proto': 'https' }

let site: Site
let trusting: Site
beforeAll(async () => {
  site = await openSite({ BASE_URL: 'https://sign-in.example' })
  trusting = await openSite({
    BASE_URL: 'https://sign-in.example',
    TRUST_PROXY: '1',
    CAPTCHA: 'off',
  })
})
afterAll(() => site.close())

describe('stock express-session, secure behind a proxy that is not trusted', () => {
  it('answers 200, sends no cookie, and stores a session for nobody', async () => {
    const collectionName = 'lesson-stock-sessions' // none of the site's own
    const store = MongoStore.create({
      client: site.database.getClient(),
      dbName: site.database.name,
      collectionName,
      autoRemove: 'disabled',
    })
    const app = express()
    app.use(session({ secret: 'lab', resave: false, saveUninitialized: false, store, cookie: { secure: true } })) // oxfmt-ignore
    app.post('/login', (req, res) => {
      req.session.userId = 'alice'
      res.send('signed in')
    })

    const answer = await supertest(app).post('/login').set(HTTPS)

    expect([answer.status, answer.text]).toEqual([200, 'signed in'])
    expect(cookiesOf(answer)).toEqual({})
    expect(await site.database.collection(collectionName).countDocuments()).toBe(1)
  })
})

describe('without TRUST_PROXY', () => {
  it.each([{}, HTTPS])('POST /login tells why nobody can sign in, with %j', async (headers) => {
    const form = { username: 'alice', password: validPassword }

    const answer = await site.visitor().post('/login', form, headers)

    expect(answer.status).toBe(400)
    expect(page(answer).querySelector('h1')?.text).toBe(t('error.insecure.title'))
    expect(page(answer).querySelector('main')?.text).toContain(t('error.insecure.text'))
    expect(cookiesOf(answer)).toEqual({})
  })

  it.each(['/register', '/logout', '/locale'])('POST %s tells the same', async (path) => {
    const answer = await site.visitor().post(path, newPerson())

    expect(page(answer).querySelector('h1')?.text).toBe(t('error.insecure.title'))
  })

  it.each(['/captcha', '/login', '/login?captcha=words', '/home'])(
    'GET %s is answered, and stores no session',
    async (path) => {
      const before = await sessionsOf(site).countDocuments()

      const answer = await site.visitor().get(path, HTTPS)

      expect(answer.status).toBe(200)
      expect(cookiesOf(answer)).not.toHaveProperty('__Host-sid')
      expect(await sessionsOf(site).countDocuments()).toBe(before)
    },
  )
})

describe('with TRUST_PROXY=1', () => {
  it('POST /login that came over HTTPS signs in with a Secure cookie of the name __Host-sid', async () => {
    const person = newPerson()
    const form = page(await trusting.visitor().get('/register', HTTPS))
    const _csrf = form.querySelector('[name=_csrf]')?.getAttribute('value') ?? ''
    const headers = { ...HTTPS, Cookie: `__Host-csrf=${_csrf}` }
    const registered = await trusting.visitor().post('/register', { ...person, _csrf }, headers)

    const answer = await trusting.visitor().post('/login', { ...person, _csrf }, headers)

    expect([registered.status, answer.status]).toEqual([303, 303])
    const cookie = cookiesOf(answer)['__Host-sid']
    expect(cookie?.flags).toContain('secure')
    const Cookie = `__Host-sid=${cookie?.value ?? ''}`
    const account = await trusting.visitor().get('/account', { ...HTTPS, Cookie })
    expect(account.text).toContain(person.username)
  })

  it('POST /login that came over HTTP is refused all the same', async () => {
    const answer = await trusting.visitor().post('/login', {}, { 'X-Forwarded-Proto': 'http' })

    expect(page(answer).querySelector('h1')?.text).toBe(t('error.insecure.title'))
  })
})
