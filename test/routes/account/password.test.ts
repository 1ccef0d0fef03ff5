// A new password: asked for with the current one, at the end of every other session.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { translator } from '../../../config/i18n.ts'
import { SessionStore } from '../../../lib/session/store.ts'
import { deleteAccount } from '../../../models/account/deletion.ts'
import { lockUser } from '../../../models/operator/users.ts'
import { sessionOf, sessionsOf, usersOf } from '../../documents.ts'
import { openSite, validPassword, type Site } from '../../helper.ts'
import { errorsOf, page, valueOf, type Visitor } from '../../visitor.ts'

const PATH = '/account/password'
const NEW = 'another lantern, another cave'
const t = translator('en')

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

const newMember = async () => {
  const visitor = site.visitor()
  return { visitor, person: await visitor.becomeMember() }
}
const isSignedIn = async (visitor: Visitor) => (await visitor.get('/account')).status === 200
const change = (visitor: Visitor, fields = {}) =>
  visitor.fill(PATH, { current: validPassword, password: NEW, ...fields })

describe(`GET ${PATH}`, () => {
  it('asks for the current and the new password and sends neither back (ASVS 6.2.6, 6.2.7)', async () => {
    const { visitor } = await newMember()

    const form = page(await visitor.get(PATH)).querySelector('main form')

    const inputs = form
      ?.querySelectorAll('input[type=password]')
      .map(({ attributes }) => attributes)
    expect(inputs).toMatchObject([
      { name: 'current', autocomplete: 'current-password' },
      { name: 'password', autocomplete: 'new-password' },
    ])
  })

  it('leads who is not signed in to the sign-in page and back', async () => {
    const { headers } = await site.visitor().get(PATH)

    expect(headers.location).toBe('/login?next=%2Faccount%2Fpassword')
  })
})

describe(`POST ${PATH}`, () => {
  it('changes the password: the old one fails, the new one works (ASVS 6.2.2)', async () => {
    const { visitor, person } = await newMember()

    const answer = await change(visitor)

    expect([answer.status, answer.headers.location]).toEqual([303, '/account'])
    const notice = page(await visitor.get('/account')).querySelector('[role=status]')
    expect(notice?.text).toContain(t('notice.password-changed'))
    const name = { username: person.username ?? '' }
    expect((await site.visitor().signIn(name)).status).toBe(422)
    expect((await site.visitor().signIn({ ...name, password: NEW })).status).toBe(303)
  })

  it('ends every other session, with the reason, and keeps this one (ASVS 7.4.3)', async () => {
    const { visitor, person } = await newMember()
    const phone = site.visitor()
    await phone.signIn({ username: person.username ?? '' })

    await change(visitor)

    expect(await isSignedIn(visitor)).toBe(true)
    expect(await isSignedIn(phone)).toBe(false)
    expect((await phone.get('/login')).text).toContain(t('notice.ended-password'))
  })

  it('gives this session a new id with all it held but its confirmation, and the old id is worth nothing (ASVS 7.2.4)', async () => {
    const { visitor } = await newMember()
    const cookie = visitor.cookie('sid') ?? ''
    const before = await sessionOf(site, visitor)

    await change(visitor)

    const after = await sessionOf(site, visitor)
    const {
      cookie: _before,
      confirmedAt,
      ...kept
    } = Object(before?.session) as Record<string, unknown>
    expect(after?._id).not.toBe(before?._id)
    expect(after?.session).toMatchObject(kept)
    expect([confirmedAt, Object(after?.session)]).toEqual([
      expect.any(Date),
      expect.not.objectContaining({ confirmedAt }),
    ])
    const thief = site.visitor()
    expect((await thief.get('/account', { Cookie: `sid=${cookie}` })).status).toBe(303)
  })

  it('keeps "keep me signed in", and its end', async () => {
    const visitor = site.visitor()
    const { username = '' } = await site.visitor().becomeMember()
    await visitor.signIn({ username, remember: 'on' })
    const before = await sessionOf(site, visitor)

    const answer = await change(visitor)

    const sid = answer.get('Set-Cookie')?.find((line) => line.startsWith('sid='))
    expect(sid).toMatch(/expires=/i)
    const after = await sessionOf(site, visitor)
    expect(after).toMatchObject({ endsAt: (before as unknown as { endsAt: Date }).endsAt })
  })

  it.each([
    ['no current password', { current: '' }, { current: 'errors.current.missing' }],
    ['a wrong current password', { current: 'wrong' }, { current: 'errors.current.wrong' }],
    ['no new password', { password: '' }, { password: 'errors.password.missing' }],
    ['a short one', { password: 'short' }, { password: 'errors.password.short' }],
    ['a common one', { password: 'password1234' }, { password: 'errors.password.common' }],
    ['the same one', { password: validPassword }, { password: 'errors.password.same' }],
  ])(
    'refuses %s beside its field and changes nothing (ASVS 6.2.3)',
    async (_what, fields, errors) => {
      const { visitor, person } = await newMember()
      const before = await usersOf(site).findOne({ username: person.username ?? '' })

      const answer = await change(visitor, fields)

      expect(answer.status).toBe(422)
      const expected = Object.entries(errors).map(([field, key]) => [field, t(key)])
      expect(errorsOf(answer)).toEqual(Object.fromEntries(expected))
      expect([valueOf(answer, 'current'), valueOf(answer, 'password')]).toEqual([
        undefined,
        undefined,
      ])
      expect(await usersOf(site).findOne({ username: person.username ?? '' })).toEqual(before)
    },
  )

  it('refuses a password with the name or the address in it (ASVS 6.2.11)', async () => {
    const { visitor, person } = await newMember()

    const answer = await change(visitor, { password: `I am ${person.username ?? ''}!` })

    expect(errorsOf(answer)).toEqual({ password: t('errors.password.personal') })
  })

  it('refuses lists and objects in place of passwords', async () => {
    const { visitor } = await newMember()
    const _csrf = await visitor.token(PATH)

    const body = `_csrf=${_csrf}&current=${validPassword}&password=x&password=y`
    const answer = await visitor.post(PATH, body)

    expect(answer.status).toBe(422)
    expect(errorsOf(answer)).toEqual({ password: t('errors.text') })
  })

  it('lets one of two changes at the same moment through', async () => {
    const { visitor } = await newMember()
    const _csrf = await visitor.token(PATH)

    const answers = await Promise.all(
      ['one lantern in a cave', 'two lanterns in a cave'].map((password) =>
        visitor.post(PATH, { _csrf, current: validPassword, password }),
      ),
    )

    expect(answers.map(({ status }) => status).sort()).not.toEqual([303, 303])
    expect(answers.some(({ status }) => status === 303)).toBe(true)
  })

  it('makes old links look old also where the clock was set back', async () => {
    const { visitor, person } = await newMember()
    const name = { username: person.username ?? '' }
    const passwordChangedAt = new Date(Date.now() + 3_600_000)
    await usersOf(site).updateOne(name, { $set: { passwordChangedAt } as object })

    await change(visitor)

    const user = (await usersOf(site).findOne(name)) as { passwordChangedAt?: Date } | null
    expect(user?.passwordChangedAt?.getTime()).toBeGreaterThan(passwordChangedAt.getTime())
  })

  it.each([
    ['locked', (id: string, store: SessionStore) => lockUser(store, id)],
    ['deleted', (id: string, store: SessionStore) => deleteAccount(store, id)],
  ])('leaves no session where the account is %s meanwhile', async (_what, end) => {
    const { visitor, person } = await newMember()
    const { username = '' } = person
    const owner = (await usersOf(site).findOne({ username }))?._id.toString() ?? ''
    // At the last moment: the new password is stored, the session is just about to get its new id.
    // oxlint-disable-next-line typescript/unbound-method -- called with its own store below
    const { destroy } = SessionStore.prototype
    const spy = vi.spyOn(SessionStore.prototype, 'destroy').mockImplementationOnce(function (
      this: SessionStore,
      ...words
    ) {
      void end(owner, this).then(() => destroy.apply(this, words))
    })

    await change(visitor)

    spy.mockRestore()
    expect(await sessionsOf(site).countDocuments({ owner, ended: { $exists: false } })).toBe(0)
    expect((await visitor.get('/account/activity')).status).toBe(303)
  })
})
