// A member's pages are kept by nobody, and a session ends in time however active it is.
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { translator } from '../../../config/i18n.ts'
import { sessionKey, sessionsOf } from '../../documents.ts'
import { openSite, type Site } from '../../helper.ts'
import { page } from '../../visitor.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

let site: Site
beforeAll(async () => {
  site = await openSite({ SESSION_ABSOLUTE_HOURS: '8', SESSION_REMEMBER_DAYS: '30' })
})
afterEach(() => vi.useRealTimers())
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
  it('knows nobody whose session was ended by a machine whose clock is ahead', async () => {
    const member = site.visitor()
    await member.becomeMember()
    const ended = { ended: 'elsewhere', expires: new Date(Date.now() + MINUTE) }
    await sessionsOf(site).updateOne({ _id: sessionKey(member) }, { $set: ended })

    expect((await member.get('/account')).status).toBe(303)
  })

  it.each([
    ['', 8 * HOUR, 20 * MINUTE],
    ['on', 30 * DAY, 5 * DAY],
  ])(
    'knows an active member until the longest time has passed, and no longer, with remember=%j (ASVS 7.3.2)',
    async (remember, longest, pause) => {
      vi.useFakeTimers({ toFake: ['Date'] })
      const member = site.visitor()
      const { username = '' } = await site.visitor().becomeMember()
      await member.signIn({ username, remember })
      const end = Date.now() + longest

      while (Date.now() + pause < end) {
        vi.setSystemTime(Date.now() + pause)
        expect((await member.get('/account')).status).toBe(200)
      }
      vi.setSystemTime(end + 1)

      const answer = await member.get('/account')
      expect([answer.status, answer.headers.location]).toEqual([303, '/login?next=%2Faccount'])
      const [notice] = page(await member.get('/login')).querySelectorAll('[role=status]')
      expect(notice?.text).toBe(
        translator('en')(remember ? 'notice.sign-in-first' : 'notice.ended-absolute'),
      )
    },
  )

  it('signs a member out who did nothing for the idle time, and says so (ASVS 7.3.1)', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const member = site.visitor()
    await member.becomeMember()

    vi.setSystemTime(Date.now() + 31 * MINUTE + 1)

    expect((await member.get('/account')).status).toBe(303)
    const [notice] = page(await member.get('/login')).querySelectorAll('[role=status]')
    expect(notice?.text).toBe(translator('en')('notice.ended-idle'))
  })

  it('says just that a session is over where nobody knows any more why', async () => {
    const member = site.visitor()
    await member.becomeMember()
    await sessionsOf(site).deleteOne({ _id: sessionKey(member) })

    await member.get('/account')

    const [notice] = page(await member.get('/login')).querySelectorAll('[role=status]')
    expect(notice?.text).toBe(translator('en')('notice.ended-unknown'))
    expect(member.cookie('sid')).toBeUndefined()
  })
})
