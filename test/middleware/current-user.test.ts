// A member's pages are kept by nobody, and a session ends in time however active it is.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { changeSession, sessionsOf, sessionKey } from '../documents.ts'
import { openSite, type Site } from '../helper.ts'
import { page } from '../visitor.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

let site: Site
beforeAll(async () => {
  site = await openSite({ SESSION_ABSOLUTE_HOURS: '8', SESSION_REMEMBER_DAYS: '30' })
})
afterAll(() => site.close())

describe.each(['/', '/home', '/account', '/logout', '/login', '/register', '/no-such-page'])(
  'GET %s',
  (path) => {
    it('is no-store for a member', async () => {
      const member = site.visitor()
      await member.becomeMember()

      const answer = await member.get(path)

      expect(answer.headers['cache-control']).toContain('no-store')
    })

    it('is kept by no shared cache for an anonymous visitor', async () => {
      const answer = await site.visitor().get(path)

      expect(answer.headers['cache-control']).toMatch(/private|no-store/)
    })
  },
)

describe('GET /account', () => {
  it.each([
    ['', 8 * HOUR],
    ['on', 30 * DAY],
  ])(
    'knows a member until the longest time has passed, with remember=%j',
    async (remember, age) => {
      const member = site.visitor()
      const { username = '' } = await site.visitor().becomeMember()
      await member.signIn({ username, remember })
      await changeSession(site, member, {
        'session.signedInAt': new Date(Date.now() - age + MINUTE),
      })

      const answer = await member.get('/account')

      expect(answer.status).toBe(200)
    },
  )

  it.each([
    ['', 8 * HOUR],
    ['on', 30 * DAY],
  ])(
    'takes a session past that time for none and deletes it, with remember=%j',
    async (remember, age) => {
      const member = site.visitor()
      const { username = '' } = await site.visitor().becomeMember()
      await member.signIn({ username, remember })
      const _id = sessionKey(member)
      await changeSession(site, member, {
        'session.signedInAt': new Date(Date.now() - age - MINUTE),
      })

      const answer = await member.get('/account')

      expect([answer.status, answer.headers.location]).toEqual([303, '/login?next=%2Faccount'])
      expect(await sessionsOf(site).findOne({ _id })).toBeNull()
    },
  )
})

describe('GET /home', () => {
  it('greets nobody by name past that time', async () => {
    const member = site.visitor()
    const { username } = await member.becomeMember()
    await changeSession(site, member, { 'session.signedInAt': new Date(Date.now() - 9 * HOUR) })

    const answer = await member.get('/home')

    expect(answer.text).not.toContain(username)
    expect(page(answer).querySelector('main a[href="/login"]')).not.toBeNull()
  })
})
