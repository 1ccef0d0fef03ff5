// The form of a new account: its fields, and what follows when it is accepted.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { usersOf } from '../documents.ts'
import { openSite, validPassword, type Site } from '../helper.ts'
import { cookiesOf, errorsOf, newPerson, page } from '../visitor.ts'

const t = translator('en')

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

describe('GET /register', () => {
  it('shows a form with a label and the right completion for every field (ASVS 6.2.7)', async () => {
    const answer = await site.visitor().get('/register')

    const form = page(answer).querySelector('main form')
    const fields = form?.querySelectorAll('input:not([type=hidden])') ?? []
    expect(answer.status).toBe(200)
    expect(form?.getAttribute('method')).toBe('post')
    expect(
      fields.map((field) => [field.getAttribute('name'), field.getAttribute('autocomplete')]),
    ).toEqual([
      ['username', 'username'],
      ['email', 'email'],
      ['password', 'new-password'],
      ['captcha', 'off'],
    ])
    for (const { id } of fields) {
      expect(form?.querySelector(`label[for=${id}]`)?.text.trim()).not.toBe('')
    }
  })

  it('offers another picture and a question in words between the picture and its field', async () => {
    const answer = await site.visitor().get('/register')

    const order = page(answer)
      .querySelectorAll('main a, main img, main input:not([type=hidden])')
      .map(({ attributes }) => attributes.name ?? attributes.src?.split('?')[0] ?? attributes.href)
    expect(order.slice(3, 7)).toEqual([
      '/captcha',
      '/register',
      '/register?captcha=words',
      'captcha',
    ])
  })

  it('offers a new picture to a browser without scripts', async () => {
    const visitor = site.visitor()
    const form = page(await visitor.get('/register')).querySelector('main form')
    const picture = form?.querySelector('img[src^="/captcha?id="]')

    const link = form?.querySelectorAll('a').find(({ text }) => text === t('captcha.again'))
    const again = await visitor.get(link?.getAttribute('href') ?? '')

    expect(picture?.getAttribute('alt')).not.toBe('')
    expect(page(again).querySelector('h1')?.text).toBe(t('register.title'))
  })

  it('stores no session and sends no session cookie', async () => {
    const before = await site.database.collection('sessions').countDocuments()

    const answer = await site.visitor().get('/register')

    expect(cookiesOf(answer)).not.toHaveProperty('sid')
    expect(await site.database.collection('sessions').countDocuments()).toBe(before)
  })

  it('leads a member to the account', async () => {
    const member = site.visitor()
    await member.becomeMember()

    const answer = await member.get('/register')

    expect([answer.status, answer.headers.location]).toEqual([303, '/account'])
  })
})

describe('POST /register', () => {
  it('creates an account and leads to the sign-in page with a notice', async () => {
    const visitor = site.visitor()

    const answer = await visitor.register()

    expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
    const notice = page(await visitor.get('/login')).querySelector('[role=status]')
    expect(notice?.text).toContain(t('notice.account-created'))
    expect(notice?.querySelector('a')?.getAttribute('href')).toBe('/dev/mail')
  })

  it('leads a member to the account and creates nothing', async () => {
    const member = site.visitor()
    await member.becomeMember()
    const { username, email, password } = newPerson()

    const answer = await member.send('/register', { username, email, password })

    expect([answer.status, answer.headers.location]).toEqual([303, '/account'])
    expect(await usersOf(site).findOne({ username })).toBeNull()
  })

  it('signs nobody in', async () => {
    const visitor = site.visitor()

    await visitor.register()

    expect((await visitor.get('/account')).status).toBe(303)
  })

  it('stores argon2id of the md5 and neither the password nor its md5', async () => {
    const person = newPerson()

    await site.visitor().register(person)

    const stored = await usersOf(site).findOne({ username: person.username })
    expect(stored?.password).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(JSON.stringify(stored)).not.toContain(validPassword)
  })

  it('stores a hash of its own for each of two people with one password', async () => {
    const [one, other] = [newPerson(), newPerson()]

    await site.visitor().register(one)
    await site.visitor().register(other)

    const first = await usersOf(site).findOne({ username: one.username })
    const second = await usersOf(site).findOne({ username: other.username })
    expect(first?.password).not.toBe(second?.password)
  })

  it('gives exactly one account to twenty parallel registrations of one name', async () => {
    const { username } = newPerson()
    const visitors = Array.from({ length: 20 }, () => site.visitor())

    const answers = await Promise.all(visitors.map((visitor) => visitor.register({ username })))

    const refused = answers.filter(({ status }) => status === 422)
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1)
    expect(refused).toHaveLength(19)
    for (const answer of refused) {
      expect(errorsOf(answer)).toEqual({ username: t('errors.username.taken') })
    }
    expect(await usersOf(site).countDocuments({ username })).toBe(1)
  })

  it('gives exactly one account to parallel registrations of one email', async () => {
    const { email } = newPerson()
    const visitors = Array.from({ length: 5 }, () => site.visitor())

    const answers = await Promise.all(visitors.map((visitor) => visitor.register({ email })))

    expect(answers.map(({ status }) => status).sort()).toEqual([303, 422, 422, 422, 422])
    for (const answer of answers.filter(({ status }) => status === 422)) {
      expect(errorsOf(answer)).toEqual({ email: t('errors.email.taken') })
    }
  })
})
