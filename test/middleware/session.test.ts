// A new session at each sign-in, kept under a hash of its id, and none for who only looks around.
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { changeSession, sessionKey, sessionOf, sessionsOf, usersOf } from '../documents.ts'
import { openSite, type Site } from '../helper.ts'
import { cookiesOf, newPerson } from '../visitor.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

describe('POST /login', () => {
  it('stores the name, the email and the id of the person', async () => {
    const member = site.visitor()
    const { username = '', email } = await member.registerAndSignIn()

    const stored = await sessionOf(site, member)

    const user = await usersOf(site).findOne({ username })
    expect(stored?.session).toMatchObject({ username, email, userId: user?._id.toString() })
    expect(JSON.stringify(stored)).not.toContain('password')
  })

  it('stores the session under the sha256 of its id, and the id nowhere (ASVS 7.2.3)', async () => {
    const member = site.visitor()
    await member.registerAndSignIn()

    const [, id = ''] = /^s:([^.]+)\./.exec(decodeURIComponent(member.cookie('sid') ?? '')) ?? []

    expect(id.length).toBeGreaterThanOrEqual(22)
    const _id = createHash('sha256').update(id).digest('hex')
    expect(await sessionsOf(site).countDocuments({ _id })).toBe(1)
    expect(JSON.stringify(await sessionsOf(site).find().toArray())).not.toContain(id)
  })

  it('sends a cookie for this browser session with all its flags (ASVS 3.3.2, 3.3.4)', async () => {
    const { username } = newPerson()
    await site.visitor().register({ username })

    const answer = await site.visitor().signIn({ username })

    const { sid } = cookiesOf(answer)
    expect(sid?.flags.sort()).toEqual(['httponly', 'path=/', 'samesite=lax'])
  })

  it('sends a cookie that stays if the visitor asked to be remembered', async () => {
    const { username } = newPerson()
    await site.visitor().register({ username })
    const visitor = site.visitor()

    const answer = await visitor.signIn({ username, remember: 'on' })

    const { sid } = cookiesOf(answer)
    const expires = sid?.flags.find((flag) => flag.startsWith('expires='))?.slice('expires='.length)
    const ends = (await sessionOf(site, visitor))?.expires.getTime()
    expect(Date.parse(expires ?? '')).toBeGreaterThan(Date.now() + 29 * DAY)
    expect(Date.parse(expires ?? '')).toBeLessThan(Date.now() + 30 * DAY + MINUTE)
    expect(ends).toBeGreaterThan(Date.now() + 29 * DAY)
    expect(sid?.flags).toEqual(expect.arrayContaining(['httponly', 'path=/', 'samesite=lax']))
  })

  it('gives the session a new id and deletes the old one (ASVS 7.2.2)', async () => {
    const { username } = newPerson()
    await site.visitor().register({ username })
    const visitor = site.visitor()
    await visitor.get('/captcha')
    const [oldCookie, oldKey] = [visitor.cookie('sid'), sessionKey(visitor)]

    await visitor.signIn({ username })

    expect(visitor.cookie('sid')).not.toBe(oldCookie)
    expect(await sessionsOf(site).findOne({ _id: oldKey })).toBeNull()
  })

  it('keeps nothing of the anonymous session', async () => {
    const member = site.visitor()
    await member.registerAndSignIn()

    expect((await sessionOf(site, member))?.session).not.toHaveProperty('captcha')
  })
})

describe('GET /account', () => {
  it('takes a member whose session has expired for an anonymous visitor', async () => {
    const member = site.visitor()
    await member.registerAndSignIn()
    await changeSession(site, member, { expires: new Date(Date.now() - 1) })

    const answer = await member.get('/account')

    expect([answer.status, answer.headers.location]).toEqual([303, '/login?next=%2Faccount'])
  })

  it('prolongs the session that it is asked with', async () => {
    const member = site.visitor()
    await member.registerAndSignIn()
    const lastActive = new Date(Date.now() - 2 * MINUTE)
    await changeSession(site, member, { expires: new Date(Date.now() + MINUTE), lastActive })

    await member.get('/account')

    const ends = (await sessionOf(site, member))?.expires.getTime()
    expect(ends).toBeGreaterThan(Date.now() + 29 * MINUTE)
  })
})

describe.each(['/', '/home', '/login', '/register', '/account', '/logout', '/no-such-page'])(
  'GET %s',
  (path) => {
    it('gives an anonymous visitor no session', async () => {
      const before = await sessionsOf(site).countDocuments()

      const answer = await site.visitor().get(path)

      expect(cookiesOf(answer)).not.toHaveProperty('sid')
      expect(await sessionsOf(site).countDocuments()).toBe(before)
    })
  },
)
