// The pages of the account in JSON, under the same addresses: data, outcomes and problems.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, uniqueUsername, validPassword, type Site } from '../helper.ts'
import { frameOf, problemOf, Script } from '../script.ts'
import type { Fields } from '../visitor.ts'

const NEW = 'another lantern, another cave'
const PROBLEM = 'application/problem+json'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

async function newMember() {
  const script = new Script(site.app)
  const { username = '', email = '' } = await script.registerAndSignIn()
  return { script, username, email }
}
const linkIn = async (address: string, start: string) =>
  (await site.mails()).find(({ to, link }) => to === address && link.startsWith(start))?.link ?? ''

describe('GET in JSON', () => {
  it.each([
    ['/account/password', ['hasPasskeys', 'hasPassword', 'isRemovable']],
    ['/account/username', ['hasPassword', 'username']],
    ['/account/email', ['email']],
    ['/account/activity', ['days', 'events']],
    ['/account/delete', ['username']],
    ['/verify-email', ['account']],
  ])('%s gives its data, who is signed in, and a token', async (path, data) => {
    const { script, username } = await newMember()

    const answer = await script.read(path)

    expect([answer.status, answer.type]).toEqual([200, 'application/json'])
    expect(Object.keys(answer.body as object).sort()).toEqual([...data, 'csrfToken', 'user'].sort())
    expect(frameOf(answer).user?.username).toBe(username)
    expect(answer.text).not.toMatch(/argon2|"password"/)
  })

  it('/dev/mail gives the mails that were caught', async () => {
    const { script, email } = await newMember()
    await site.mails()

    expect((await script.read('/dev/mail')).text).toContain(email)
  })

  it('/account/export gives everything that is kept', async () => {
    const { script, email } = await newMember()

    const answer = await script.read('/account/export')

    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({ account: { email } })
  })

  it.each(['password', 'username', 'email', 'activity', 'export', 'delete', 'sessions'])(
    '/account/%s is 401 for who is not signed in',
    async (page) => {
      const answer = await new Script(site.app).read(`/account/${page}`)

      expect([answer.status, answer.type]).toEqual([401, PROBLEM])
      expect(problemOf(answer).type).toBe('urn:sesame:problem:sign-in-first')
    },
  )

  it.each(['/password-reset/x', '/verify-email/x', '/account/email/x'])(
    '%s, a link that does not count, is 404',
    async (path) => {
      const answer = await new Script(site.app).read(path)

      expect([answer.status, answer.type]).toEqual([404, PROBLEM])
    },
  )
})

describe('POST in JSON', () => {
  it.each<[string, string, (name: string) => Fields, string]>([
    ['/account/password', 'password-changed', () => ({ password: NEW }), '/account'],
    ['/account/username', 'username-changed', () => ({ username: uniqueUsername() }), '/account'],
    [
      '/account/email',
      'email-change-sent',
      () => ({ email: `${uniqueUsername()}@example.org` }),
      '/account/email',
    ],
    ['/account/delete', 'account-deleted', (username) => ({ username }), '/home'],
  ])('%s answers 200 with %s, and a token that works', async (path, code, fields, next) => {
    const { script, username } = await newMember()

    const answer = await script.write(path, { current: validPassword, ...fields(username) })

    expect([answer.status, answer.type]).toEqual([200, 'application/json'])
    expect(frameOf(answer)).toMatchObject({ next, notice: { code } })
    const locale = await script.write('/locale', { locale: 'en' })
    expect(locale.status).toBe(200)
  })

  it('shows the new name and the new address in the very answer that changed them', async () => {
    const { script } = await newMember()
    const username = uniqueUsername()
    const email = `${username}@example.org`

    const renamed = await script.write('/account/username', { username, current: validPassword })
    await script.write('/account/email', { email })
    const link = (await site.mails()).find(({ to }) => to === email)?.link ?? ''
    const moved = await script.write(link, {})

    expect(frameOf(renamed).user?.username).toBe(username)
    expect(frameOf(moved).user?.email).toBe(email)
    expect(frameOf(await script.read('/home')).user).toMatchObject({ username, email })
  })

  it.each(['password', 'username'])(
    '/account/%s answers 422 with the errors by field, in sentences',
    async (page) => {
      const { script, username } = await newMember()
      const fields = { username, password: NEW, current: 'wrong' }
      if (page === 'username') fields.username = uniqueUsername()

      const answer = await script.write(`/account/${page}`, fields)

      expect([answer.status, answer.type]).toEqual([422, PROBLEM])
      expect(problemOf(answer)).toMatchObject({
        type: 'urn:sesame:problem:form',
        status: 422,
        errors: { current: expect.stringMatching(/\.$/) as string },
      })
    },
  )

  it('the links of mails work: confirm, change the address, reset the password', async () => {
    const { script, email } = await newMember()

    const confirmation = await linkIn(email, '/verify-email/')
    await script.read(confirmation)
    expect(frameOf(await script.write(confirmation, {})).notice?.code).toBe('email-verified')

    const next = `${uniqueUsername()}@example.org`
    await script.read('/account/email')
    await script.write('/account/email', { email: next })
    const change = await linkIn(next, '/account/email/')
    expect(frameOf(await script.write(change, {})).notice?.code).toBe('email-changed')
    expect(frameOf(await script.read('/home')).user?.email).toBe(next)

    await script.answer('/password-reset', { email: next })
    const reset = await linkIn(next, '/password-reset/')
    await script.read(reset)
    const answer = await script.write(reset, { password: NEW })
    expect(frameOf(answer)).toMatchObject({ next: '/login', user: null })
    expect((await script.read('/account')).status).toBe(401)
  })
})
