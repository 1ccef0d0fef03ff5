// Another username: asked for with the password, shown in every session at once, the old one kept from others for a while.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../../config/i18n.ts'
import { openSite, uniqueUsername, validPassword, type Site } from '../../helper.ts'
import { errorsOf, newPerson, page, valueOf, type Visitor } from '../../visitor.ts'

const PATH = '/account/username'
const DAY = 24 * 60 * 60 * 1000
const t = translator('en')

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

const newMember = async () => {
  const visitor = site.visitor()
  const { username = '', email = '' } = await visitor.becomeMember()
  return { visitor, username, email }
}
const change = (visitor: Visitor, username: string, fields = {}) =>
  visitor.fill(PATH, { username, current: validPassword, ...fields })
const reservations = () => site.database.collection<{ _id: string; until: Date }>('reservations')

describe(`POST ${PATH}`, () => {
  it('changes the name, in every session at once', async () => {
    const { visitor, username } = await newMember()
    const phone = site.visitor()
    await phone.signIn({ username })
    const next = uniqueUsername()

    const answer = await change(visitor, next)

    expect([answer.status, answer.headers.location]).toEqual([303, '/account'])
    expect((await visitor.get('/account')).text).toContain(t('notice.username-changed'))
    for (const place of [visitor, phone]) {
      expect((await place.get('/home')).text).toContain(t('home.hello', { name: next }))
    }
    expect((await site.visitor().signIn({ username: next })).status).toBe(303)
    expect((await site.visitor().signIn({ username })).status).toBe(422)
  })

  it('keeps the old name from everybody else for thirty days, and gives it back to its owner', async () => {
    const { visitor, username } = await newMember()
    await change(visitor, uniqueUsername())
    const other = await newMember()

    const registration = await site.visitor().register({ username: username.toUpperCase() })
    const renaming = await change(other.visitor, username)
    const back = await change(visitor, username)

    for (const refused of [registration, renaming]) {
      expect(refused.status).toBe(422)
      expect(errorsOf(refused)).toEqual({ username: t('errors.username.taken') })
    }
    expect(back.status).toBe(303)
  })

  it('frees the old name after thirty days', async () => {
    const { visitor, username } = await newMember()
    const before = Date.now()
    await change(visitor, uniqueUsername())
    const found = await reservations().findOne({ _id: username })
    expect(found?.until.getTime()).toBeGreaterThanOrEqual(before + 30 * DAY)
    expect(found?.until.getTime()).toBeLessThanOrEqual(Date.now() + 30 * DAY)

    await reservations().updateOne({ _id: username }, { $set: { until: new Date(before) } })

    expect((await site.visitor().register({ ...newPerson(), username })).status).toBe(303)
  })

  it.each([
    ['an invalid name', 'no spaces please', {}, { username: 'errors.username.characters' }],
    ['a reserved one', 'admin', {}, { username: 'errors.username.reserved' }],
    ['a wrong password', 'fine-name', { current: 'wrong' }, { current: 'errors.current.wrong' }],
    ['no password', 'fine-name', { current: '' }, { current: 'errors.current.missing' }],
    ['a name in the password', 'lantern', {}, { username: 'errors.username.in-password' }],
  ])(
    'refuses %s and forgets nothing but the password (ASVS 7.5.1)',
    async (_what, name, fields, errors) => {
      const { visitor, username } = await newMember()

      const answer = await change(visitor, name, fields)

      expect(answer.status).toBe(422)
      const expected = Object.entries(errors).map(([field, key]) => [field, t(key)])
      expect(errorsOf(answer)).toEqual(Object.fromEntries(expected))
      expect([valueOf(answer, 'username'), valueOf(answer, 'current')]).toEqual([name, undefined])
      expect((await visitor.get('/home')).text).toContain(username)
    },
  )

  it('refuses the name one has, a taken one, and a sixth within thirty days', async () => {
    const { visitor, username } = await newMember()
    const other = await newMember()

    expect(errorsOf(await change(visitor, username))).toEqual({
      username: t('errors.username.same'),
    })
    expect(errorsOf(await change(visitor, other.username))).toEqual({
      username: t('errors.username.taken'),
    })
    for (let turn = 0; turn < 5; turn++) {
      expect((await change(visitor, uniqueUsername())).status).toBe(303)
    }
    expect(errorsOf(await change(visitor, uniqueUsername()))).toEqual({
      username: t('errors.username.often'),
    })
  })

  it('lets another spelling of the same name be chosen', async () => {
    const { visitor, username } = await newMember()

    const answer = await change(visitor, username.toUpperCase())

    expect(answer.status).toBe(303)
    expect(page(await visitor.get('/account')).text).toContain(username.toUpperCase())
  })

  it('keeps the old name reserved also where the button was pressed twice', async () => {
    const { visitor, username } = await newMember()
    const fields = { _csrf: await visitor.token(PATH), current: validPassword }
    const next = uniqueUsername()

    const answers = await Promise.all(
      Array.from({ length: 4 }, () => visitor.post(PATH, { ...fields, username: next })),
    )

    const refused = answers.filter(({ status }) => status !== 303)
    expect(refused).toHaveLength(3)
    for (const answer of refused) {
      expect(errorsOf(answer)).toEqual({ username: t('errors.username.same') })
    }
    expect(await reservations().findOne({ _id: username })).not.toBeNull()
    expect((await site.visitor().register({ username })).status).toBe(422)
  })

  it('gives a name that two ask for at the same moment to one of them', async () => {
    const [one, two] = [await newMember(), await newMember()]
    const name = uniqueUsername()

    const answers = await Promise.all([
      change(one.visitor, name),
      change(two.visitor, name),
      site.visitor().register({ ...newPerson(), username: name }),
    ])

    expect(answers.map(({ status }) => status).sort()).toEqual([303, 422, 422])
  })
})
