// The second step of a sign-in: until it is done no page knows the person, and each code counts once.
import mongoose from 'mongoose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../../config/i18n.ts'
import { member } from '../../../middleware/access.ts'
import { withSession } from '../../../routes/index.ts'
import { User } from '../../../models/user.ts'
import { openSite, validPassword, type Site } from '../../helper.ts'
import { Script } from '../../script.ts'
import { contextOf, giveApp, nextCode, wrongCode } from '../../two-factor.ts'
import { cookiesOf, errorsOf, page } from '../../visitor.ts'

const PATH = '/login/second-factor'
const t = translator('en')

let site: Site
let strict: Site
beforeAll(async () => {
  site = await openSite({ CAPTCHA: 'off', BASE_URL: 'http://localhost:3000' })
  strict = await openSite({ CAPTCHA: 'off', THROTTLE: 'on', TRUST_PROXY: '1' })
})
afterAll(() => site.close())

const newPerson = async () => {
  const { username = '' } = await site.visitor().becomeMember()
  return { username, ...(await giveApp(site, username)) }
}
const membersPages = withSession
  .filter(([, guard]) => [guard].flat().includes(member))
  .map(([path]) => path)

describe(`POST ${PATH}`, () => {
  it('completes the sign-in: a new id at each step, "remember" and "next" as they were (ASVS 6.3.3, 7.2.4)', async () => {
    const { username, code } = await newPerson()
    const visitor = site.visitor()
    const sids = () => visitor.cookie('sid')
    await visitor.get('/login/passkey') // whose challenge is kept in a session
    const anonymousId = sids()

    const first = await visitor.fill('/login?next=%2Fhome', {
      username,
      password: validPassword,
      remember: 'on',
    })
    const [pendingId, at] = [sids(), first.headers.location]
    const field = page(await visitor.get(PATH)).querySelector('[name=code]')
    const second = await visitor.fill(PATH, { code: code() })

    expect([first.status, at]).toEqual([303, PATH])
    expect([field?.getAttribute('inputmode'), field?.getAttribute('autocomplete')]).toEqual([
      'numeric',
      'one-time-code',
    ])
    expect([second.status, second.headers.location]).toEqual([303, '/home'])
    expect(cookiesOf(second).sid?.flags.join()).toContain('expires=')
    const ids = [anonymousId, pendingId, sids()]
    expect(ids).not.toContain(undefined)
    expect(new Set(ids).size).toBe(3)
    expect((await visitor.get('/account')).status).toBe(200)
  })

  it('takes a recovery code instead, once, and tells that it was used', async () => {
    const { username, codes } = await newPerson()
    const recovery = codes[0] ?? ''
    const signIn = async () => {
      const visitor = site.visitor()
      await visitor.signIn({ username })
      return { visitor, answer: await visitor.fill(`${PATH}?with=recovery-code`, { recovery }) }
    }

    const first = await signIn()
    const second = await signIn()

    expect(first.answer.headers.location).toBe('/account')
    expect(errorsOf(second.answer)).toEqual({ recovery: t('errors.recovery.wrong') })
    expect((await first.visitor.get('/account/activity')).text).toContain(
      t('account.activity.events.recovery-code-used'),
    )
  })

  it('gives one answer for a code that is wrong and one that was used', async () => {
    const { username, code, secret } = await newPerson()
    const used = code()
    await (await pendingVisitor(username)).fill(PATH, { code: used })
    const visitor = await pendingVisitor(username)

    const answers = [
      await visitor.fill(PATH, { code: wrongCode(secret) }),
      await visitor.fill(PATH, { code: used }),
    ]

    for (const answer of answers) {
      expect(answer.status).toBe(422)
      expect(errorsOf(answer)).toEqual({ code: t('errors.code.wrong') })
      expect(page(answer).querySelector('[name=code]')?.getAttribute('value')).toBe('')
    }
    expect((await visitor.fill(PATH, { code: nextCode(secret) })).status).toBe(303)
  })

  it('counts wrong codes: the sixth is refused though it is right, from wherever it comes (ASVS 6.3.1, 6.6.3)', async () => {
    const { username, secret, code } = await newPerson()
    const visitor = strict.visitor()
    const from = (number: number) => ({ 'X-Forwarded-For': `192.0.2.${number}` })
    await visitor.signIn({ username }, from(1))

    for (let turn = 1; turn <= 5; turn++) {
      const answer = await visitor.fill(PATH, { code: wrongCode(secret) }, from(turn))
      expect(answer.status).toBe(422)
    }
    const sixth = await visitor.fill(PATH, { code: code() }, from(6))

    expect(sixth.status).toBe(429)
    expect(Number(sixth.headers['retry-after'])).toBeGreaterThan(0)
    const counted = await mongoose.connection.collection('attempts').find().toArray()
    expect(counted.find(({ key }) => String(key).startsWith('account:'))?.points).toBe(5)
  })

  it('lets nobody in whose password or factor was changed meanwhile, or who was locked', async () => {
    const { username, code, codes } = await newPerson()
    const visitor = await pendingVisitor(username)
    await User.updateOne({ username }, { $set: { lockedAt: new Date() } })

    await visitor.fill(PATH, { code: code() })
    const locked = (await visitor.get('/account')).status
    await User.updateOne({ username }, { $unset: { lockedAt: 1 } })
    const other = await pendingVisitor(username)
    await User.updateOne({ username }, { $set: { passwordChangedAt: new Date() } })
    await other.send(PATH, { recovery: codes[0] ?? '' })

    expect([locked, (await other.get('/account')).status]).toEqual([303, 303])
  })

  it('ends ten minutes after the password', async () => {
    const { username, code } = await newPerson()
    const visitor = await pendingVisitor(username)
    const sessions = mongoose.connection.collection('sessions')
    const waiting = { 'session.pending.username': username }
    const left = Number((await sessions.findOne(waiting))?.endsAt) - Date.now()
    await sessions.updateOne(waiting, { $set: { expires: new Date(), purgeAt: new Date() } })

    const late = await visitor.send(PATH, { code: code() })

    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThanOrEqual(10 * 60 * 1000)
    expect([late.status, late.headers.location]).toEqual([303, '/login'])
  })
})

describe('A password alone', () => {
  it('opens no page of a member, neither as HTML nor as JSON (ASVS 6.3.3)', async () => {
    const { username } = await newPerson()
    const visitor = await pendingVisitor(username)
    const token = await visitor.token('/home')
    const found: unknown[] = []

    for (const path of membersPages) {
      for (const [accept, expected] of [
        ['text/html', 303],
        ['application/json', 401],
      ] as const) {
        const headers = { Accept: accept }
        const answers = [
          await visitor.get(path, headers),
          await visitor.post(path, { _csrf: token, current: validPassword }, headers),
        ]
        found.push(
          ...answers
            .filter(({ status }) => status !== expected && status !== 405)
            .map(({ status }) => `${accept} ${path}: ${status}`),
        )
      }
    }

    expect(membersPages.length).toBeGreaterThan(12)
    expect(found).toEqual([])
    expect((await visitor.get('/home')).text).not.toContain(username)
  })

  it('is not enough after a reset by mail either, and answers in JSON what comes next', async () => {
    const { username, context, code } = await newPerson()
    const { email } = context.member
    await User.updateOne({ username }, { $set: { emailVerifiedAt: new Date() } })
    const visitor = site.visitor()
    await visitor.fill('/password-reset', { email })
    const [{ link } = { link: '' }] = await site.mails()
    const password = 'another lantern in the cave'
    await visitor.fill(link, { password })
    const script = new Script(site.app)

    await script.read('/login')
    const first = await script.write('/login', { username, password })
    const between = await script.read('/account')
    const second = await script.write(PATH, { code: code() })

    expect(first.body).toMatchObject({ next: PATH, user: null })
    expect(between.status).toBe(401)
    expect(second.body).toMatchObject({ next: '/account', user: { username } })
    expect((await contextOf(site, username)).member.passwordChangedAt).toBeDefined()
  })
})

async function pendingVisitor(username: string) {
  const visitor = site.visitor()
  await visitor.signIn({ username })
  return visitor
}
