// Which passwords an account can have: long ones, with any characters, kept exactly as typed.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { CAPTCHA, openSite, type Site } from '../helper.ts'
import { errorsOf, newPerson, type Fields } from '../visitor.ts'

const t = translator('en')

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

describe('POST /register', () => {
  it.each([
    ['eight letters', 'qxvjwzkp'],
    ['eight emoji', '🐪🌙🏺🧞🕌🪔💎🗝'],
    ['Chinese', '风吹草低见牛羊天'],
    ['spaces inside', 'x y z q w v k'],
    ['spaces around', '  lantern light  '],
    ['nothing but spaces', ' '.repeat(12)],
    ['control characters', 'tab\there\u0007bell'],
    ['quotes and markup', `"><script>'&amp;`],
    ['256 emoji', '🧞'.repeat(256)],
  ])('takes %s for a password, and it signs in (ASVS 6.2.5, 6.2.9)', async (_what, password) => {
    const visitor = site.visitor()

    const { username } = await visitor.registerAndSignIn({ password })

    expect((await visitor.get('/home')).text).toContain(username)
  })

  it.each([
    ['seven letters', 'qxvjwzk', 'short'],
    ['seven emoji', '🐪🌙🏺🧞🕌🪔💎', 'short'],
    ['257 letters', 'qx'.repeat(128) + 'q', 'long'],
    ['257 emoji', '🧞'.repeat(257), 'long'],
    ['a common word', 'password1', 'common'],
    ['a common word in capitals', 'PassWord1', 'common'],
    ['a row of digits', '12345678', 'common'],
    ['a row of keys', 'qwertyuiop', 'common'],
    ['nothing', '', 'missing'],
  ])('refuses %s for a password and says why (ASVS 6.2.1)', async (_what, password, reason) => {
    const answer = await site.visitor().register({ password })

    expect(answer.status).toBe(422)
    expect(errorsOf(answer)).toEqual({ password: t(`errors.password.${reason}`) })
  })

  it.each<[string, (person: Fields) => string]>([
    ['is the username', ({ username = '' }) => username],
    ['contains the username', ({ username = '' }) => `my ${username} 2024`],
    ['contains the username in capitals', ({ username = '' }) => `x${username.toUpperCase()}x`],
    ['contains the email', ({ email = '' }) => `${email} is mine`],
    ['contains the email in capitals', ({ email = '' }) => email.toUpperCase()],
  ])('refuses a password that %s and says why', async (_what, passwordOf) => {
    const { username, email } = newPerson()

    const answer = await site.visitor().register({
      username,
      email,
      password: passwordOf({ username, email }),
    })

    expect(answer.status).toBe(422)
    expect(errorsOf(answer)).toEqual({ password: t('errors.password.personal') })
  })

  it.each<[string, Fields]>([
    ['email', { email: 'nobody' }],
    ['captcha', { captcha: 'wrong' }],
  ])('says so too while the field %s is wrong as well', async (field, wrong) => {
    const { username } = newPerson()

    const answer = await site.visitor().register({ username, password: `my ${username}`, ...wrong })

    expect(errorsOf(answer).password).toBe(t('errors.password.personal'))
    expect(errorsOf(answer)).toHaveProperty(field)
  })
})

describe('POST /login', () => {
  it.each([
    ['without the spaces around', '  lantern light  ', 'lantern light'],
    ['without its last character', 'x'.repeat(200) + 'yz', 'x'.repeat(200) + 'y'],
    ['with another 73rd character', 'k'.repeat(72) + 'a', 'k'.repeat(72) + 'b'],
    ['with another last of 256 characters', 'k'.repeat(255) + 'a', 'k'.repeat(255) + 'b'],
    ['in another case', 'Lantern Light', 'lantern light'],
  ])('refuses a password %s', async (_what, password, attempt) => {
    const { username = '' } = await site.visitor().registerAndSignIn({ password })

    const answer = await site.visitor().signIn({ username, password: attempt })

    expect(answer.status).toBe(422)
  })

  it.each([
    ['composed', 'caf\u00e9 au lait', 'cafe\u0301 au lait'],
    ['decomposed', 'cafe\u0301 au lait', 'caf\u00e9 au lait'],
  ])('takes a password that was %s in the other form', async (_what, password, attempt) => {
    const { username = '' } = await site.visitor().registerAndSignIn({ password })

    const answer = await site.visitor().signIn({ username, password: attempt })

    expect(answer.status).toBe(303)
  })
})

describe.each(['/register', '/login'])('POST %s', (path) => {
  it('composes no text that is too long for its field: marks without end would take time without end', async () => {
    const visitor = site.visitor()
    const marks = `a${'\u0316\u0301'.repeat(1250)}`
    const rest = { username: 'zhangsan', email: 'zhangsan@example.com', identifier: 'zhangsan' }
    const form = { _csrf: await visitor.token(path), ...rest, password: 'a lantern' }
    const normalize = vi.spyOn(String.prototype, 'normalize')

    for (const field of ['username', 'email', 'identifier', 'password', 'captcha']) {
      await visitor.get('/captcha')
      await visitor.post(path, { ...form, captcha: CAPTCHA, [field]: marks })
    }

    const read = normalize.mock.contexts.map((text) => String(text).length)
    normalize.mockRestore()
    expect(Math.max(...read)).toBeLessThanOrEqual(1024)
  })
})
