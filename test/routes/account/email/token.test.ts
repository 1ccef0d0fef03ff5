// The link that was sent to a new address: looked at without effect, used once, and dead when anything else came first.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../../../config/i18n.ts'
import { openSessionStore } from '../../../../lib/session/open.ts'
import { lockUser } from '../../../../models/operator/users.ts'
import { usersOf } from '../../../documents.ts'
import { openSite, uniqueUsername, validPassword, type Site } from '../../../helper.ts'
import { newPerson, page } from '../../../visitor.ts'

type Asking = Awaited<ReturnType<typeof asking>>

const t = translator('en')

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

/** A member who has asked for another address, and the link that was sent there. */
async function asking() {
  const visitor = site.visitor()
  const { username = '', email = '' } = await visitor.becomeMember()
  const next = `${uniqueUsername()}@example.org`
  await visitor.fill('/account/email', { email: next })
  const link = (await site.mails()).find(({ to }) => to === next)?.link ?? ''
  return { visitor, username, email, next, link }
}

const addressOf = async (username: string) => (await usersOf(site).findOne({ username }))?.email

describe('GET /account/email/:token', () => {
  it('shows a button and changes nothing, however often it is opened', async () => {
    const { username, email, next, link } = await asking()

    for (let turn = 0; turn < 3; turn++) {
      const answer = await site.visitor().get(link)
      expect(answer.status).toBe(200)
      expect(answer.headers['referrer-policy']).toBe('strict-origin')
      const text = t('account.email.token.text', { username, email: next })
      expect(page(answer).querySelector('main h1 + p')?.textContent).toBe(text)
    }

    expect(await addressOf(username)).toBe(email)
    expect(site.log.join('\n')).not.toContain(link.slice('/account/email/'.length))
  })

  it.each(['no-such-token', 'A'.repeat(43), '%00', '[object Object]'])(
    'answers 404 with a way to go on for %s',
    async (token) => {
      const answer = await site.visitor().get(`/account/email/${encodeURI(token)}`)

      expect(answer.status).toBe(404)
      expect(page(answer).querySelector('h1')?.textContent).toBe(
        t('account.email.token.gone-title'),
      )
      expect(page(answer).querySelector('main a[href="/account/email"]')).not.toBeNull()
    },
  )
})

describe('POST /account/email/:token', () => {
  it('changes the address in every session at once, confirms it, and tells the old one', async () => {
    const { visitor, username, email, next, link } = await asking()
    const phone = site.visitor()
    await phone.signIn({ username })

    const answer = await visitor.fill(link, {})

    expect([answer.status, answer.headers.location]).toEqual([303, '/account'])
    for (const place of [visitor, phone]) {
      const home = page(await place.get('/home')).querySelector('main')
      expect(home?.textContent).toContain(t('home.signed-in', { email: next }))
    }
    const confirmed = { email: next, emailVerifiedAt: expect.any(Date) as Date }
    expect(await usersOf(site).findOne({ username })).toMatchObject(confirmed)
    expect((await site.visitor().signIn({ username: next })).status).toBe(303)
    const mails = await site.mails()
    const notices = mails.filter(({ to, text }) => to === email && text.includes(next))
    expect(notices).toHaveLength(2) // when it was asked for, and when it was done
  })

  it('tells so also where nobody is signed in', async () => {
    const { link } = await asking()
    const visitor = site.visitor()

    const answer = await visitor.fill(link, {})

    expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
    const notice = page(await visitor.get('/login')).querySelector('[role=status]')
    expect(notice?.textContent).toContain(t('notice.email-changed'))
  })

  it('changes nothing while an operator has locked the account, and says so before the button', async () => {
    const { username, email, link } = await asking()
    const visitor = site.visitor()
    const _csrf = await visitor.token(link)
    const id = (await usersOf(site).findOne({ username }))?._id.toString() ?? ''
    await lockUser(openSessionStore(site.settings, site.database), id)

    const shown = await visitor.get(link)
    const used = await visitor.post(link, { _csrf })

    expect([shown.status, used.status]).toEqual([404, 404])
    expect(await addressOf(username)).toBe(email)
  })

  it('counts once, also for many at the same moment', async () => {
    const { link } = await asking()
    const visitors = Array.from({ length: 8 }, () => site.visitor())
    const tokens = await Promise.all(visitors.map((visitor) => visitor.token(link)))

    const answers = await Promise.all(
      visitors.map((visitor, index) => visitor.post(link, { _csrf: tokens[index] ?? '' })),
    )

    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 303)).toHaveLength(1)
    expect(statuses.filter((status) => status === 404)).toHaveLength(7)
  })

  it.each<[string, (person: Asking) => Promise<unknown>]>([
    [
      'seven days later',
      () => {
        const over = { $set: { expires: new Date(Date.now() - 1) } }
        return site.database.collection('tokens').updateMany({}, over)
      },
    ],
    [
      'after another address was asked for',
      ({ visitor }) => {
        const email = `${uniqueUsername()}@example.org`
        return visitor.fill('/account/email', { email })
      },
    ],
    [
      'after another address was asked for and then this one again',
      async ({ visitor, next }) => {
        for (const email of [`${uniqueUsername()}@example.org`, next]) {
          await visitor.fill('/account/email', { email })
        }
      },
    ],
    [
      'after the password was changed',
      ({ visitor }) => {
        const password = 'another lantern, another cave'
        return visitor.fill('/account/password', { current: validPassword, password })
      },
    ],
    [
      'after somebody else got the address',
      ({ next }) => site.visitor().register({ ...newPerson(), email: next }),
    ],
    [
      'after the account was deleted',
      ({ visitor, username }) => visitor.fill('/account/delete', { username }),
    ],
  ])('does not count %s', async (_when, happen) => {
    const person = await asking()
    const reader = site.visitor()
    const _csrf = await reader.token(person.link)
    await happen(person)

    const answer = await reader.post(person.link, { _csrf })

    expect(answer.status).toBe(404)
    expect([undefined, person.email]).toContain(await addressOf(person.username))
  })
})
