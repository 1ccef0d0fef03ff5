// Signing in: the form, who gets in, and where they go.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { openSite, type Site } from '../helper.ts'
import { cookiesOf, newPerson, page } from '../visitor.ts'

const t = translator('en')

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

describe('GET /login', () => {
  it('shows a form with a label and the right completion for every field (ASVS 6.2.6)', async () => {
    const answer = await site.visitor().get('/login')

    const form = page(answer).querySelector('main form')
    const fields = form?.querySelectorAll('input:not([type=hidden])') ?? []
    expect(answer.status).toBe(200)
    expect(form?.getAttribute('method')).toBe('post')
    expect(
      fields.map((field) => [field.getAttribute('name'), field.getAttribute('autocomplete')]),
    ).toEqual([
      ['username', 'username webauthn'],
      ['password', 'current-password'],
      ['captcha', 'off'],
      ['remember', undefined],
    ])
    for (const { id } of fields) {
      expect(form?.querySelector(`label[for=${id}]`)?.text.trim()).not.toBe('')
    }
  })

  it('offers another picture and a question in words between the picture and its field', async () => {
    const answer = await site.visitor().get('/login')

    const order = page(answer)
      .querySelectorAll('main a, main img, main input:not([type=hidden])')
      .map(({ attributes }) => attributes.name ?? attributes.src?.split('?')[0] ?? attributes.href)
    expect(order.slice(2, 6)).toEqual(['/captcha', '/login', '/login?captcha=words', 'captcha'])
  })

  it('stores no session and sends no session cookie', async () => {
    const before = await site.database.collection('sessions').countDocuments()

    const answer = await site.visitor().get('/login')

    expect(cookiesOf(answer)).not.toHaveProperty('sid')
    expect(await site.database.collection('sessions').countDocuments()).toBe(before)
  })

  it('leads a member to the account', async () => {
    const member = site.visitor()
    await member.becomeMember()

    const answer = await member.get('/login?next=%2Fhome')

    expect([answer.status, answer.headers.location]).toEqual([303, '/account'])
  })
})

describe('POST /login', () => {
  it('signs a registered person in and leads to the account', async () => {
    const { username } = await site.visitor().becomeMember()
    const visitor = site.visitor()

    const answer = await visitor.signIn({ username: username ?? '' })

    expect([answer.status, answer.headers.location]).toEqual([303, '/account'])
    const account = await visitor.get('/account')
    expect(account.status).toBe(200)
    expect(page(account).querySelector('dl')?.text).toContain(username)
  })

  it.each<[string, (username: string, email: string) => string]>([
    ['the username', (username) => username],
    ['the username in capitals', (username) => username.toUpperCase()],
    ['the username in full-width letters', (username) => fullWidth(username)],
    ['the email', (_username, email) => email],
    ['the email in capitals', (_username, email) => email.toUpperCase()],
    ['the username with the space a phone adds', (username) => `${username} `],
  ])('signs in by %s', async (_what, nameOf) => {
    const { username, email } = newPerson()
    await site.visitor().register({ username, email })
    const visitor = site.visitor()

    const answer = await visitor.signIn({ username: nameOf(username, email) })

    expect(answer.status).toBe(303)
    expect((await visitor.get('/home')).text).toContain(`Hello ${username}`)
  })

  it.each([
    ['full-width letters by ordinary ones', 'Ｍｏｒｇｉａｎａ', 'morgiana'],
    ['a ligature by its letters', 'ﬂying-carpet', 'flying-carpet'],
    ['Chinese', '阿里巴巴', '阿里巴巴'],
    ['composed letters by decomposed ones', 'Señor.Cassím', 'sen\u0303or.cassi\u0301m'],
  ])('signs in somebody whose name is %s', async (_what, username, typed) => {
    await site.visitor().register({ username })
    const visitor = site.visitor()

    const answer = await visitor.signIn({ username: typed })

    expect(answer.status).toBe(303)
    expect((await visitor.get('/home')).text).toContain(`Hello ${username}`)
  })

  it('leads a member to the account and leaves the session alone', async () => {
    const member = site.visitor()
    await member.becomeMember()
    const sid = member.cookie('sid')

    const answer = await member.send('/login', { username: 'somebody', password: 'else' })

    expect([answer.status, answer.headers.location]).toEqual([303, '/account'])
    expect(member.cookie('sid')).toBe(sid)
    expect((await member.get('/account')).status).toBe(200)
  })

  it('lets one person be signed in at two places', async () => {
    const [here, there] = [site.visitor(), site.visitor()]
    const { username = '' } = await here.becomeMember()

    await there.signIn({ username })

    expect((await here.get('/account')).status).toBe(200)
    expect((await there.get('/account')).status).toBe(200)
  })

  it('greets in the language of the visitor after a refusal too', async () => {
    const answer = await site.visitor().signIn({ username: '' }, { 'Accept-Language': 'zh-CN' })

    expect(page(answer).querySelector('#username-error')?.text).toBe(
      translator('zh-CN')('errors.name.missing'),
    )
    expect(t('errors.name.missing')).not.toBe(translator('zh-CN')('errors.name.missing'))
  })
})

function fullWidth(text: string): string {
  return text.replace(/[!-~]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0))
}
