// The fields of models/user/fields.ts: asked for by the registration, shown, changed, exported, and asked for once where an older account lacks one.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../../config/i18n.ts'
import { userFields, type UserField } from '../../../models/user/fields.ts'
import { usersOf } from '../../documents.ts'
import { addPasskey, optionsOn } from '../../authenticator.ts'
import { openSite, validPassword, type Site } from '../../helper.ts'
import { giveApp } from '../../two-factor.ts'
import { useFieldsOfEachKind } from '../../user-fields/list.ts'
import { errorsOf, newPerson, page, valueOf } from '../../visitor.ts'

const BASE_URL = 'http://localhost:3000'
const PATH = '/account/details'
const t = translator('en')

useFieldsOfEachKind()
let site: Site
beforeAll(async () => {
  site = await openSite({ BASE_URL })
})
afterAll(() => site.close())

const detailsOf = async (username = '') => (await usersOf(site).findOne({ username }))?.details
const newMember = async () => {
  const visitor = site.visitor()
  const { username = '' } = await visitor.becomeMember()
  return { visitor, username }
}

describe('POST /register on a site with fields', () => {
  it('names a field that is missing or wrong, and keeps what was typed', async () => {
    const visitor = site.visitor()
    const person = { ...newPerson(), 'test-company': '' }

    const missing = await visitor.register({
      ...person,
      'test-team': 'blue',
      'test-about': 'me',
      'test-newsletter': 'on',
    })
    const wrong = await visitor.register({
      ...person,
      'test-company': 'x'.repeat(21),
      'test-team': 'green',
    })
    const asJson = await visitor.register(person, { Accept: 'application/json' })

    expect(missing.status).toBe(422)
    expect(errorsOf(missing)).toEqual({ 'test-company': t('fields.test-company.missing') })
    const form = page(missing).querySelector('main form')
    expect(form?.querySelector('#test-team [selected]')?.getAttribute('value')).toBe('blue')
    expect(form?.querySelector('#test-about')?.text).toContain('me')
    expect(form?.querySelector('#test-newsletter')?.hasAttribute('checked')).toBe(true)
    expect(form?.querySelector('#test-company')?.attributes).toMatchObject({
      autocomplete: 'organization',
      'aria-describedby': 'test-company-error test-company-hint',
    })
    expect(errorsOf(wrong)).toEqual({
      'test-company': t('fields.test-company.long'),
      'test-team': t('fields.test-team.missing'),
    })
    expect(valueOf(wrong, 'test-company')).toBe('x'.repeat(21))
    expect(asJson.body).toMatchObject({
      errors: { 'test-company': t('fields.test-company.missing') },
    })
  })

  it('stores them, the account shows them, and so does the export', async () => {
    const visitor = site.visitor()
    const fields = { 'test-company': ' Lantern & Co ', 'test-team': 'red', 'test-newsletter': 'on' }
    const { username } = await visitor.registerAndSignIn(fields)

    const account = page(await visitor.get('/account')).querySelector('main')
    const exported = await visitor.get('/account/export')

    const stored = { 'test-company': 'Lantern & Co', 'test-team': 'red', 'test-newsletter': true }
    expect(await detailsOf(username)).toEqual(stored)
    const rows = account?.querySelectorAll('dt').map(({ text }) => text)
    expect(rows).toEqual(expect.arrayContaining(['Company', 'Team', 'Send me the newsletter']))
    expect(rows).not.toContain('About you')
    const values = account?.querySelectorAll('dd').map(({ text }) => text)
    expect(values).toEqual(expect.arrayContaining(['Lantern & Co', 'Red team', t('field.yes')]))
    expect(account?.querySelector(`a[href="${PATH}"]`)).not.toBeNull()
    expect(JSON.parse(exported.text)).toMatchObject({ account: { details: stored } })
  })
})

describe(`GET and POST ${PATH}`, () => {
  it('change what was given; what is emptied goes, and what the list has no more stays', async () => {
    const { visitor, username } = await newMember()
    const before = { 'test-company': 'Lantern Ltd', 'test-team': 'red', shoes: '42' }
    await usersOf(site).updateOne({ username }, { $set: { details: before } })

    const shown = await visitor.get(PATH)
    const changed = await visitor.fill(PATH, {
      'test-company': 'Cave Ltd',
      'test-team': '',
      'test-about': 'two\r\nlines',
    })

    expect(valueOf(shown, 'test-company')).toBe('Lantern Ltd')
    expect(shown.text).not.toContain(t('account.details.asked'))
    expect([changed.status, changed.headers.location]).toEqual([303, '/account'])
    expect(await detailsOf(username)).toEqual({
      'test-company': 'Cave Ltd',
      'test-about': 'two\r\nlines',
      'test-newsletter': false,
      shoes: '42',
    })
  })

  it('refuse by field, in JSON too, and tell a script which fields there are', async () => {
    const { visitor, username } = await newMember()
    const json = { Accept: 'application/json' }

    const refused = await visitor.fill(PATH, { 'test-company': '', 'test-about': 'kept' })
    const asJson = await visitor.send(
      PATH,
      { 'test-company': '', 'test-newsletter': 'perhaps' },
      json,
    )
    const read = await visitor.get(PATH, json)

    expect(refused.status).toBe(422)
    expect(errorsOf(refused)).toEqual({ 'test-company': t('fields.test-company.missing') })
    expect(page(refused).querySelector('#test-about')?.text).toContain('kept')
    expect(asJson.body).toMatchObject({
      errors: {
        'test-company': t('fields.test-company.missing'),
        'test-newsletter': t('errors.yes-no'),
      },
    })
    expect(read.body).toMatchObject({
      isAsked: true,
      userFields: [{ name: 'test-company', control: 'text', isRequired: true }, {}, {}, {}],
    })
    expect(await detailsOf(username)).toBeUndefined()
  })

  it('need a member, and a form of the site', async () => {
    const { visitor } = await newMember()

    expect((await site.visitor().get(PATH)).headers.location).toContain('/login?next=')
    expect((await visitor.post(PATH, { 'test-company': 'Cave Ltd' })).status).toBe(403)
  })
})

describe('An account from before a field was asked of everybody', () => {
  it('is asked once after the sign-in and led on to where it wanted, but to no other site', async () => {
    const { username } = await newMember()
    const visitor = site.visitor()

    const signedIn = await visitor.fill('/login?next=%2Faccount%2Fsessions%3Fa%3Db', {
      username,
      password: validPassword,
    })
    const asking = signedIn.headers.location ?? ''
    const asked = await visitor.get(asking)
    const elsewhere = await visitor.get('/home')
    const refused = await visitor.fill(asking, { 'test-company': '' })
    const saved = await visitor.fill(asking, { 'test-company': 'Cave Ltd' })
    const abroad = await visitor.fill(asking, {
      'test-company': 'Cave Ltd',
      next: '//evil.example',
    })

    expect([signedIn.status, asking]).toEqual([
      303,
      `${PATH}?next=${encodeURIComponent('/account/sessions?a=b')}`,
    ])
    expect(page(asked).text).toContain(t('account.details.asked'))
    expect(elsewhere.status).toBe(200)
    expect(valueOf(refused, 'next')).toBe('/account/sessions?a=b')
    expect(saved.headers.location).toBe('/account/sessions?a=b')
    expect(abroad.headers.location).toBe('/account')
    const again = await site.visitor().signIn({ username })
    expect(again.headers.location).toBe('/account')
  })

  it('is asked after a second factor and after a passkey too', async () => {
    const { visitor: owner, username } = await newMember()
    const { authenticator } = await addPasskey(owner)
    const { code } = await giveApp(site, username)
    const [byCode, byPasskey] = [site.visitor(), site.visitor()]

    await byCode.signIn({ username })
    const second = await byCode.fill('/login/second-factor', { code: code() })
    const credential = authenticator.use(optionsOn(await byPasskey.get('/login/passkey')))
    const alone = await byPasskey.send('/login/passkey', { credential, next: '/home' })

    expect(second.headers.location).toBe(`${PATH}?next=%2Faccount`)
    expect(alone.headers.location).toBe(`${PATH}?next=%2Fhome`)
  })

  it('is not asked for what is asked of new accounts alone', async () => {
    const { username } = await newMember()
    const [first, ...others] = userFields.splice(0)
    const { isAskedLater, ...company } = first ?? {}
    userFields.push(company as UserField, ...others)

    const answer = await site
      .visitor()
      .signIn({ username })
      .finally(() => userFields.splice(0, 1, { ...company, isAskedLater } as UserField))

    expect(isAskedLater).toBe(true)
    expect([answer.status, answer.headers.location]).toEqual([303, '/account'])
  })

  it('gets the answer of always in JSON', async () => {
    const { username } = await newMember()

    const answer = await site.visitor().signIn({ username }, { Accept: 'application/json' })

    expect(answer.body).toMatchObject({ next: '/account' })
  })
})
