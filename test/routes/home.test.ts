// The home page greets everybody, and members by name.
import md5 from 'md5'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { usersOf } from '../documents.ts'
import { openSite, validPassword, type Site } from '../helper.ts'
import { cookiesOf, page } from '../visitor.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

describe('GET /home', () => {
  it('greets an anonymous visitor with links to register and sign in', async () => {
    const answer = await site.visitor().get('/home')

    expect(answer.status).toBe(200)
    const main = page(answer).querySelector('main')
    expect(main?.querySelector('h1')?.text).toBe(translator('en')('home.welcome'))
    expect(main?.querySelectorAll('a').map((link) => link.getAttribute('href'))).toEqual([
      '/register',
      '/login',
    ])
  })

  it('stores no session and sends no session cookie to an anonymous visitor', async () => {
    const before = await site.database.collection('sessions').countDocuments()

    const answer = await site.visitor().get('/home')

    expect(cookiesOf(answer)).not.toHaveProperty('sid')
    expect(await site.database.collection('sessions').countDocuments()).toBe(before)
  })

  it('greets a member by name and shows the email and links to account and sign-out (ASVS 7.4.4)', async () => {
    const member = site.visitor()
    const { username = '', email } = await member.becomeMember()

    const answer = await member.get('/home')

    const main = page(answer).querySelector('main')
    expect(answer.status).toBe(200)
    expect(main?.querySelector('h1')?.text).toBe(`Hello ${username}`)
    expect(main?.text).toContain(email)
    expect(main?.querySelectorAll('a').map((link) => link.getAttribute('href'))).toEqual([
      '/account',
      '/logout',
    ])
  })

  it('greets a member in Chinese', async () => {
    const member = site.visitor()
    const { username = '' } = await member.becomeMember()

    const answer = await member.get('/home', { 'Accept-Language': 'zh-CN' })

    expect(page(answer).querySelector('h1')?.text).toBe(`你好 ${username}`)
  })

  it('keeps the name as it was typed, in any script', async () => {
    const member = site.visitor()
    await member.becomeMember({ username: '李小龙-Bruce.ＬＥＥ' })

    const answer = await member.get('/home')

    expect(page(answer).querySelector('h1')?.text).toBe('Hello 李小龙-Bruce.ＬＥＥ')
  })
})

describe.each(['/home', '/account', '/logout'])('GET %s', (path) => {
  it('escapes a name that another site once stored', async () => {
    const username = `<img src=x onerror=alert(1)>${path}`
    await usersOf(site).insertOne({ username, email: '"><b>', password: md5(validPassword) })
    const member = site.visitor()
    await member.signIn({ username })

    const answer = await member.get(path)

    expect(answer.status).toBe(200)
    expect(answer.text).not.toContain('<img src=x')
    expect(answer.text).not.toContain('<b>')
    expect(page(answer).querySelector('main')?.text).toContain(username)
  })
})
