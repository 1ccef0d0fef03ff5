// With CAPTCHA=failures a sign-in asks for a captcha only where something has failed lately.
import mongoose from 'mongoose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { openSite, validPassword, type Site } from '../helper.ts'
import { errorsOf, page } from '../visitor.ts'

const t = translator('en')
const HERE = { 'X-Forwarded-For': '192.0.2.1' }
const ELSEWHERE = { 'X-Forwarded-For': '198.51.100.1' }

let site: Site
let username: string
beforeAll(async () => {
  site = await openSite({ CAPTCHA: 'failures', TRUST_PROXY: '1' })
  username = (await site.visitor().becomeMember()).username ?? ''
})
afterAll(() => site.close())
beforeEach(() => mongoose.connection.collection('attempts').deleteMany({}))

const hasCaptcha = (answer: Parameters<typeof page>[0]) =>
  page(answer).querySelector('[name=captcha]') !== null

describe('With CAPTCHA=failures', () => {
  it('GET /login shows no captcha and POST /login needs none, but GET /register shows one', async () => {
    const login = await site.visitor().get('/login', HERE)
    const register = await site.visitor().get('/register', HERE)
    const signedIn = await site.visitor().signIn({ username }, HERE)

    expect([hasCaptcha(login), hasCaptcha(register)]).toEqual([false, true])
    expect(signedIn.status).toBe(303)
  })

  it('POST /login asks for one after a failure from the same network, with any name', async () => {
    const failed = await site.visitor().signIn({ username: 'nobody', password: 'wrong' }, HERE)

    const next = await site.visitor().send('/login', { username, password: validPassword }, HERE)

    expect(hasCaptcha(failed)).toBe(true)
    expect(hasCaptcha(await site.visitor().get('/login', HERE))).toBe(true)
    expect(errorsOf(next)).toEqual({ captcha: t('errors.captcha.missing') })
  })

  it('POST /login asks for one after a failure with the same name from elsewhere', async () => {
    await site.visitor().signIn({ username, password: 'wrong' }, HERE)

    const known = await site.visitor().signIn({ username }, ELSEWHERE)
    const other = await site.visitor().signIn({ username: 'somebody else' }, ELSEWHERE)

    expect(errorsOf(known)).toEqual({ captcha: t('errors.captcha.missing') })
    expect(errorsOf(other)).toEqual({ password: t('errors.credentials') })
  })

  it('POST /login needs none an hour after the last failure', async () => {
    await site.visitor().signIn({ username, password: 'wrong' }, HERE)
    const past = { $set: { expire: new Date(Date.now() - 1) } }
    await mongoose.connection.collection('attempts').updateMany({ key: /^failure:/ }, past)

    const signedIn = await site.visitor().signIn({ username }, HERE)

    expect(signedIn.status).toBe(303)
  })
})
