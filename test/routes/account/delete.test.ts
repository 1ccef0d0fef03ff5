// The end of an account: its name is typed out, and then nothing is left of it and nothing brings it back.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { translator } from '../../../config/i18n.ts'
import { openSessionStore } from '../../../lib/session/open.ts'
import { deleteAccount } from '../../../models/account/deletion.ts'
import { openSite, uniqueUsername, validPassword, type Site } from '../../helper.ts'
import { tracesOf, usersOf } from '../../documents.ts'
import { errorsOf, valueOf, type Visitor } from '../../visitor.ts'

const PATH = '/account/delete'
const t = translator('en')

let site: Site
beforeAll(async () => {
  site = await openSite({ THROTTLE: 'on' })
})
afterAll(() => site.close())

const newMember = async () => {
  const visitor = site.visitor()
  // Through the forms, which leave more traces in the database.
  const { username = '', email = '' } = await visitor.registerAndSignIn()
  const user = await usersOf(site).findOne({ username })
  return { visitor, username, email, id: user?._id.toString() ?? '' }
}
const remove = (visitor: Visitor, username: string) => visitor.fill(PATH, { username })

describe(`POST ${PATH}`, () => {
  it('removes the account and every trace of it in the database (ASVS 7.4.2)', async () => {
    const { visitor, username, email, id } = await newMember()
    const phone = site.visitor()
    await phone.signIn({ username, password: 'wrong' })
    await phone.signIn({ username })
    await visitor.get('/account/activity')
    expect(await tracesOf(site, [id])).toEqual(
      expect.arrayContaining(['users', 'sessions', 'activities']),
    )

    const answer = await remove(visitor, username)

    expect([answer.status, answer.headers.location]).toEqual([303, '/home'])
    expect((await visitor.get('/home')).text).toContain(t('notice.account-deleted'))
    for (const place of [visitor, phone]) expect((await place.get('/account')).status).toBe(303)
    expect((await site.visitor().signIn({ username })).status).toBe(422)
    await visitor.get('/account/activity')
    const mails = await site.mails()
    expect(await tracesOf(site, [id, email])).toEqual([])
    const [letter] = mails.filter(({ to }) => to === email)
    expect(letter?.subject).toBe(t('mail.account-deleted.subject'))
    expect(letter?.text).not.toContain('not-me')
  })

  it('keeps its name reserved, and one that was given up before, but not for whom', async () => {
    const { visitor, username, id } = await newMember()
    const name = uniqueUsername()
    await visitor.fill('/account/username', { username: name, current: validPassword })

    await remove(visitor, name)

    await expect.poll(() => tracesOf(site, [id])).toEqual([]) // also of the deletion's own event
    for (const gone of [username, name]) {
      expect((await site.visitor().register({ username: gone })).status).toBe(422)
    }
  })

  it('removes the wish for a reset link that waits for a mail server, however it was typed', async () => {
    const { visitor, username, email: address } = await newMember()
    const email = address.toUpperCase()
    await site.mails()
    const later = new Date(Date.now() + 60_000)
    const letter = { kind: 'password-reset', email }
    await site.database
      .collection('outbox')
      .insertOne({ letter, locale: 'en', createdAt: new Date(), dueAt: later, attempts: 1 })

    await remove(visitor, username)

    expect(await tracesOf(site, [email])).toEqual([])
  })

  it('leaves the sign-in that is under way meanwhile without a session', async () => {
    const { visitor, username, id } = await newMember()
    const phone = site.visitor()

    await Promise.all([remove(visitor, username), phone.signIn({ username })])

    expect((await phone.get('/account')).status).toBe(303)
    expect(await site.database.collection('sessions').countDocuments({ owner: id })).toBe(0)
  })

  it('leaves no trace of wrong passwords that are tried in the same moment', async () => {
    for (let round = 0; round < 4; round++) {
      const { visitor, username, id } = await newMember()
      const others = Array.from({ length: 4 }, () => site.visitor())

      await Promise.all([
        remove(visitor, username),
        ...others.map((other) => other.signIn({ username, password: 'wrong' })),
      ])

      await expect.poll(() => tracesOf(site, [id])).toEqual([])
    }
  })

  it('leaves no link of a letter that is written in the same moment', async () => {
    const { visitor, username, email, id } = await newMember()
    await site.mails()
    const tokens = site.database.collection('tokens')
    const insert = tokens.insertOne.bind(tokens)
    const writing = vi.spyOn(tokens, 'insertOne').mockImplementationOnce(async (document) => {
      await deleteAccount(openSessionStore(site.settings, site.database), id)
      return insert(document)
    })

    await visitor.fill('/verify-email', {})
    await site.mails()

    expect(writing).toHaveBeenCalledOnce()
    writing.mockRestore()
    expect((await site.visitor().signIn({ username })).status).toBe(422)
    await expect.poll(() => tracesOf(site, [id, email])).toEqual([])
  })

  it.each([
    ['another name', 'somebody-else', 'errors.typed-name.wrong'],
    ['no name', ' ', 'errors.typed-name.missing'],
  ])('refuses %s and deletes nothing', async (_what, name, error) => {
    const { visitor } = await newMember()

    const answer = await remove(visitor, name)

    expect(answer.status).toBe(422)
    expect(errorsOf(answer)).toEqual({ username: t(error) })
    expect(valueOf(answer, 'username')).toBe(name)
    expect((await visitor.get('/account')).status).toBe(200)
  })
})
