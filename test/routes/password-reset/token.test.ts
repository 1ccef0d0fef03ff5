// The new password of somebody who has the mailed link: once, soon, and as long as nothing else changed.
import type { Response } from 'supertest'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { translator } from '../../../config/i18n.ts'
import { SessionStore } from '../../../lib/session/store.ts'
import { outbox } from '../../../models/mail/outbox.ts'
import { User, type UserDocument } from '../../../models/user.ts'
import { linkFor } from '../../cut-off.ts'
import { lockName, usersOf } from '../../documents.ts'
import { openSite, validPassword, type Site } from '../../helper.ts'
import { errorsOf, newPerson, page, type Visitor } from '../../visitor.ts'

const t = translator('en')
const password = 'another lantern in the cave'

let site: Site
beforeAll(async () => {
  site = await openSite({ LOG_LEVEL: 'trace', THROTTLE: 'on', TRUST_PROXY: '1' })
})
afterAll(() => site.close())

describe('GET /password-reset/:token', () => {
  it('shows whose password it is and a form that does not repeat the address, and uses nothing up', async () => {
    const { person, link } = await asked()

    const looks = await Promise.all(Array.from({ length: 3 }, () => someone().get(link)))

    for (const answer of looks) {
      expect(answer.status).toBe(200)
      expect(page(answer).querySelector('main p')?.text).toContain(person.username)
      expect(page(answer).querySelector('main form')?.getAttribute('action')).toBeUndefined()
      expect(page(answer).querySelector('main')?.outerHTML).not.toContain(link.split('/')[2])
    }
    expect((await someone().fill(link, { password })).status).toBe(303)
  })

  it('is a page that tells its address to nobody (ASVS 14.2.1)', async () => {
    const { link } = await asked()
    const member = someone()
    await member.becomeMember()

    for (const answer of [await member.get(link), await member.get(`${link}x`)]) {
      expect(answer.headers).toMatchObject({
        'referrer-policy': 'strict-origin',
        'cache-control': 'no-store',
        'x-robots-tag': 'noindex, nofollow',
      })
      expect(answer.text).not.toContain(`next=${encodeURIComponent(link)}`)
    }
    const { agent } = member
    for (const answer of [
      await agent.post(link).type('text').send('not a form'),
      await agent.post(link).set('Sec-Fetch-Site', 'cross-site'),
      await agent.put(link),
      await agent.get(`${link}/more`),
      await agent.put(link.replace('password-reset', 'Password-Reset')),
    ]) {
      expect(answer.status).toBeGreaterThanOrEqual(400)
      expect(answer.headers['referrer-policy']).toBe('strict-origin')
      expect(answer.text).not.toContain(link.split('/')[2])
    }
    const refused = await member.post(link, { _csrf: 'made up', password })
    expect(refused.status).toBe(403) // and the page of the link again, which tells its address to nobody either
    expect(refused.headers).toMatchObject({
      'referrer-policy': 'strict-origin',
      'cache-control': 'no-store',
    })
  })

  it.each<[string, (link: string) => string]>([
    ['of another shape', () => '/password-reset/x'],
    ['made up', () => `/password-reset/${'A'.repeat(43)}`],
    ['cut off', (link) => link.slice(0, -1)],
    ['for another purpose', (link) => link.replace('password-reset', 'verify-email')],
  ])('says that a link %s does not count, and leads to a new one', async (_how, change) => {
    const { link } = await asked()
    const [path, word] = change(link).startsWith('/verify')
      ? ['verify-email', 'verify-email']
      : ['password-reset', 'password-reset']

    const answer = await someone().get(change(link))

    expect(answer.status).toBe(404)
    expect(page(answer).querySelector('h1')?.text).toBe(
      t(`${word}.token.gone-title` as 'errors.text'),
    )
    expect(page(answer).querySelector(`main a[href="/${path}"]`)).not.toBeNull()
    expect(page(answer).querySelector('main form')).toBeNull()
  })
})

describe('POST /password-reset/:token', () => {
  it('stores the password, ends every session and says so (ASVS 6.4.3, 7.4.3)', async () => {
    const { person, link, userId } = await askedByForms()
    const places = [someone(), someone()]
    for (const place of places) await place.signIn(person)
    const visitor = someone()
    visitor.agent.set('Accept-Language', 'zh-CN')

    const answer = await visitor.fill(link, { password })

    expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
    const login = page(await visitor.get('/login'))
    expect(login.querySelector('[role=status]')?.text).toBe(
      translator('zh-CN')('notice.password-was-reset'),
    )
    for (const place of places) {
      expect((await place.get('/account')).headers.location).toBe('/login?next=%2Faccount')
      expect(page(await place.get('/login')).querySelector('[role=status]')?.text).toBe(
        t('notice.ended-password'),
      )
    }
    expect((await someone().signIn({ ...person, password: validPassword })).status).toBe(422)
    expect((await someone().signIn({ ...person, password })).status).toBe(303)
    const subject = translator('zh-CN')('mail.password-changed.subject')
    const mail = (await site.mails()).find((one) => one.subject === subject)
    expect(mail).toMatchObject({ to: person.email, language: 'zh-CN' })
    expect(mail?.link).toMatch(/^\/account\/not-me\//)
    expect(
      site.log.some((line) => line.includes('"event":"password-reset"') && line.includes(userId)),
    ).toBe(true)
  })

  it('still counts where the sessions could not be ended, and then ends them', async () => {
    const { person, link } = await asked()
    const thief = someone()
    await thief.signIn(person)
    const ending = vi.spyOn(SessionStore.prototype, 'end').mockRejectedValueOnce(new Error('away'))

    const failed = await someone().fill(link, { password })
    ending.mockRestore()
    const again = await someone().fill(link, { password })

    expect([failed.status, again.status]).toEqual([500, 303])
    expect((await thief.get('/account')).status).toBe(303)
  })

  it('ends also the session of whoever gets in with the old password meanwhile', async () => {
    const { person, link } = await asked()
    const thief = someone()
    // oxlint-disable-next-line typescript/unbound-method -- called with its own store below
    const { end } = SessionStore.prototype
    const ending = vi.spyOn(SessionStore.prototype, 'end').mockImplementationOnce(async function (
      this: SessionStore,
      ...words
    ) {
      const count = await end.apply(this, words)
      await thief.signIn(person)
      return count
    })

    await someone().fill(link, { password })
    ending.mockRestore()

    expect(thief.cookie('sid')).toBeDefined()
    expect((await thief.get('/account')).status).toBe(303)
  })

  it('signs out the very browser that was signed in', async () => {
    const { link, visitor } = await asked()

    await visitor.fill(link, { password })

    expect((await visitor.get('/account')).status).toBe(303)
    expect(visitor.cookie('sid')).toBeUndefined()
  })

  it.each([
    ['', 'errors.password.missing'],
    ['short', 'errors.password.short'],
    ['passwordpassword', 'errors.password.common'],
    ['<name> and more', 'errors.password.personal'],
  ])('refuses %j beside its field, and the link counts on', async (wrong, error) => {
    const { person, link } = await asked()

    const answer = await someone().fill(link, {
      password: wrong.replace('<name>', person.username),
    })

    expect(answer.status).toBe(422)
    expect(errorsOf(answer)).toEqual({ password: t(error as 'errors.text') })
    expect(answer.headers['referrer-policy']).toBe('strict-origin')
    expect((await someone().fill(link, { password })).status).toBe(303)
  })

  it('counts once, also for many at the same moment', async () => {
    const { person, link } = await asked()
    const tries = await Promise.all(
      Array.from({ length: 8 }, async (_none, index) => {
        const visitor = someone()
        return { visitor, _csrf: await visitor.token(link), password: `${password} ${index}` }
      }),
    )

    const answers = await Promise.all(
      tries.map(({ visitor, ...fields }) => visitor.post(link, fields)),
    )

    const done = answers.flatMap(({ status }, index) => (status === 303 ? [index] : []))
    expect(answers.map(({ status }) => status).sort()).toEqual([303, ...Array<number>(7).fill(404)])
    expect((await someone().signIn({ ...person, password: `${password} ${done[0]}` })).status).toBe(
      303,
    )
    expect((await someone().get(link)).status).toBe(404)
  })

  it.each<[string, (who: Asked) => Promise<unknown>]>([
    ['it is older than 30 minutes', ({ userId }) => age(userId)],
    ['another link was used', ({ other }) => someone().fill(other, { password: `${password}!` })],
    ['the password was changed', ({ userId }) => change(userId, { passwordChangedAt: new Date() })],
    [
      'the address was changed',
      ({ userId }) => change(userId, { emailKey: `new-${userId}@example.com` }),
    ],
    ['an operator locked the account', ({ userId }) => change(userId, { lockedAt: new Date() })],
    ['the account was deleted', ({ userId }) => usersOf(site).deleteOne({ _id: idIn(userId) })],
  ])('counts no more once %s, before the form and behind it', async (_what, happen) => {
    const who = await asked()
    const early = someone()
    const _csrf = await early.token(who.link)
    await happen(who)

    const late = await someone().get(who.link)
    const answer = await early.post(who.link, { _csrf, password })

    expect([late.status, answer.status]).toEqual([404, 404])
    expect(withoutForms(late)).toBe(withoutForms(answer))
    expect((await early.signIn({ ...who.person, password })).status).not.toBe(303)
  })

  it('ends the links that whoever had the old password may have asked for', async () => {
    const { link, userId } = await asked()
    const tokens = site.database.collection('tokens')
    const seen = { newEmail: 'thief@example.com' }
    await tokens.insertOne({
      _id: 'x' as never,
      purpose: 'email-change',
      userId,
      seen,
      expires: new Date(Date.now() + 1000_000),
    })
    await change(userId, { pendingEmail: { address: 'thief@example.com', askedAt: new Date() } })

    await someone().fill(link, { password })

    expect(await tokens.countDocuments({ userId, purpose: { $ne: 'not-me' } })).toBe(0)
    expect(await usersOf(site).findOne({ _id: idIn(userId) } as object)).not.toHaveProperty(
      'pendingEmail',
    )
  })

  it('opens an account that too many failures locked', async () => {
    const { person, link } = await asked()
    const owner = someone()
    await lockName(person.username)
    expect((await someone().signIn(person)).status).toBe(429)

    await owner.fill(link, { password })

    expect((await someone().signIn({ ...person, password })).status).toBe(303)
    await lockName(person.username) // again, before the owner has signed in
    expect((await owner.signIn({ ...person, password })).status).toBe(303)
  })
})

describe('The log', () => {
  it('knows the pages of mailed links, and no link', async () => {
    const { link, other } = await askedByForms()
    const token = link.split('/')[2] ?? ''
    const ways = [
      link,
      `${link}/`,
      `${link}.`,
      link.slice(0, -2),
      `/Password-Reset/${token}`,
      `/x/${token}`,
      `${link}?a=${token}`,
    ]
    for (const path of ways) await someone().get(path)
    await someone().post(link, { password })
    await someone().fill(link, { password: 'short' })
    await someone().fill(link, { password })
    await someone().get(other)

    const log = site.log.join('\n')
    expect(log).toContain('"route":"/password-reset/:token"')
    for (const secret of [token, token.slice(0, 20), other.split('/')[2]])
      expect(log).not.toContain(secret)
    expect(await outbox().countDocuments({ 'letter.token': { $exists: true } })).toBe(0)
    const stored = await site.database.collection('tokens').find().toArray()
    expect(JSON.stringify(stored)).not.toContain(token)
  })
})

type Asked = Awaited<ReturnType<typeof asked>>

/** Somebody who confirmed the address, is signed in, and has asked twice for a link: all by the models, without a form. */
async function asked() {
  const visitor = someone()
  const person = (await visitor.becomeMember()) as ReturnType<typeof newPerson>
  const { username } = person
  await User.updateOne({ username }, { $set: { emailVerifiedAt: new Date() } })
  const user = await User.findOne({ username }).orFail().lean<UserDocument>()
  const [other, link] = [
    await linkFor(user, 'password-reset'),
    await linkFor(user, 'password-reset'),
  ]
  return {
    person,
    visitor,
    link: `/password-reset/${link}`,
    other: `/password-reset/${other}`,
    userId: user._id.toString(),
  }
}

/** The same, as people do it: by forms and mails. */
async function askedByForms() {
  const person = newPerson()
  const visitor = someone()
  await visitor.register(person)
  const [{ link: confirmation } = never()] = await site.mails()
  await visitor.fill(confirmation, {})
  await visitor.signIn(person)
  for (const _time of [1, 2]) await visitor.fill('/password-reset', { email: person.email })
  const [{ link } = never(), { link: other } = never()] = (await site.mails()).filter(
    ({ to }) => to === person.email,
  )
  const userId = String((await usersOf(site).findOne({ username: person.username }))?._id)
  return { person, visitor, link, other, userId }
}

let count = 0

/** A new visitor, with an address that nobody else has. */
function someone(): Visitor {
  const visitor = site.visitor()
  visitor.agent.set('X-Forwarded-For', `198.51.${(count >> 8) & 255}.${count++ & 255}`)
  return visitor
}

function idIn(userId: string) {
  return site.database.base.Types.ObjectId.createFromHexString(userId)
}

function change(userId: string, fields: object) {
  return usersOf(site).updateOne({ _id: idIn(userId) }, { $set: fields })
}

function age(userId: string) {
  return site.database
    .collection('tokens')
    .updateMany({ userId }, { $set: { expires: new Date() } })
}

function withoutForms({ text }: Response): string {
  return text.replace(/value="[^"]*"/g, '')
}

function never(): never {
  throw new Error('No mail arrived')
}
