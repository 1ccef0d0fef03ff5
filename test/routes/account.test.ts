// The account shows a member what the site knows, and sends everybody else to sign in.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { sessionOf, usersOf } from '../documents.ts'
import { openSite, type Site } from '../helper.ts'
import { page } from '../visitor.ts'

const t = translator('en')
const MINUTE = 60_000

let site: Site
beforeAll(async () => {
  site = await openSite({ SESSION_IDLE_MINUTES: '20', SESSION_REMEMBER_DAYS: '3' })
})
afterAll(() => site.close())

const BELOW = ['password', 'email', 'username', 'sessions', 'activity', 'delete']

describe.each([...BELOW.map((name) => `/account/${name}`), '/account/email/gone', '/verify-email'])(
  'GET %s',
  (path) => {
    it('begins with the way back to the account', async () => {
      const member = site.visitor()
      await member.becomeMember()

      const article = page(await member.get(path)).querySelector('main article')

      const [first, second] = article?.childNodes.filter(({ text }) => text.trim()) ?? []
      expect(first?.toString()).toContain('<a href="/account">')
      expect(second?.toString()).toMatch(/^<h1>/)
    })
  },
)

describe('GET /account', () => {
  it('leads to no details on a site without fields', async () => {
    const member = site.visitor()
    await member.becomeMember()

    expect((await member.get('/account')).text).not.toContain('/account/details')
    expect((await member.get('/account/details')).status).toBe(404)
    expect((await member.send('/account/details', { company: 'x' })).status).toBe(404)
  })

  it('has the way to delete it last, apart from the other settings', async () => {
    const member = site.visitor()
    await member.becomeMember()

    const main = page(await member.get('/account')).querySelector('main')

    const links = main?.querySelectorAll('a').map((link) => link.getAttribute('href'))
    expect(links?.at(-1)).toBe('/account/delete')
    expect(main?.querySelector('.settings [href="/account/delete"]')).toBeNull()
  })

  it('sends an anonymous visitor to sign in first, with a notice, and back', async () => {
    const visitor = site.visitor()

    const answer = await visitor.get('/account')

    expect([answer.status, answer.headers.location]).toEqual([303, '/login?next=%2Faccount'])
    const login = await visitor.get('/login?next=%2Faccount')
    expect(page(login).querySelector('[role=status]')?.text).toBe(t('notice.sign-in-first'))
  })

  it('shows a member the username and the email', async () => {
    const member = site.visitor()
    const { username, email } = await member.registerAndSignIn()

    const answer = await member.get('/account')

    expect(answer.status).toBe(200)
    const facts = factsOf(page(answer))
    expect(facts[t('field.username')]?.text).toBe(username)
    expect(facts[t('field.email')]?.text).toBe(email)
  })

  it('shows since when one is a member and since when signed in', async () => {
    const member = site.visitor()
    const { username = '' } = await member.registerAndSignIn()

    const answer = await member.get('/account')

    const facts = factsOf(page(answer))
    const user = await usersOf(site).findOne({ username })
    const stored = await sessionOf(site, member)
    expect(timeIn(facts[t('account.member-since')])).toEqual(
      user && 'createdAt' in user && user.createdAt,
    )
    expect(timeIn(facts[t('account.signed-in-since')])).toEqual(stored?.session.signedInAt)
  })

  it.each([
    ['', 20 * MINUTE],
    ['on', 3 * 24 * 60 * MINUTE],
  ])('shows when the session ends if idle, with remember=%j', async (remember, idle) => {
    const member = site.visitor()
    const { username = '' } = await site.visitor().becomeMember()
    await member.signIn({ username, remember })
    const before = Date.now()

    const answer = await member.get('/account')

    const end = timeIn(factsOf(page(answer))[t('account.idles-out')])?.getTime() ?? 0
    expect(end).toBeGreaterThanOrEqual(before + idle - 1000)
    expect(end).toBeLessThanOrEqual(Date.now() + idle)
  })

  it('ends the session of somebody whose account is gone (ASVS 7.4.2)', async () => {
    const member = site.visitor()
    const { username = '' } = await member.becomeMember()
    await usersOf(site).deleteOne({ username })

    const answer = await member.get('/account')

    expect(answer.status).toBe(303)
    expect(answer.headers.location).toMatch(/^\/login/)
    expect(page(await member.get('/home')).querySelector('h1')?.text).toBe(t('home.welcome'))
  })
})

function factsOf(content: ReturnType<typeof page>) {
  const values = content.querySelectorAll('dd')
  return Object.fromEntries(
    content.querySelectorAll('dt').map((name, index) => [name.text, values[index]]),
  )
}

function timeIn(element: ReturnType<typeof page> | undefined): Date | undefined {
  const moment = element?.querySelector('time')?.getAttribute('datetime')
  return moment === undefined ? undefined : new Date(moment)
}
