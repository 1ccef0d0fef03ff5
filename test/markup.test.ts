// What html-validate checks of the markup, on every page in every state, in both languages.
import type { Response } from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LOCALES } from '../config/i18n.ts'
import { codeAt } from '../lib/totp.ts'
import { openSite, validPassword, type Site } from './helper.ts'
import { errorsIn } from './html-errors.ts'
import { newPerson, page, type Visitor } from './visitor.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

describe('The markup of every page', () => {
  for (const locale of LOCALES) {
    it(`has no error in any state, shows nothing that CSS would have to hide, and marks every time, ${locale}`, async () => {
      const visitor = site.visitor()
      visitor.agent.set('Accept-Language', locale)

      const found: string[] = []
      for await (const [state, response] of everyState(visitor, site.visitor())) {
        const faults = [...(await errorsIn(response.text)), ...withoutCss(response)]
        found.push(...faults.map((fault) => `${state}: ${fault}`))
      }

      expect(found).toEqual([])
    })
  }
})

async function* everyState(
  visitor: Visitor,
  elsewhere: Visitor,
): AsyncGenerator<[string, Response]> {
  const { username, email } = newPerson()

  yield ['home, anonymous', await visitor.get('/home')]
  yield ['register', await visitor.get('/register')]
  yield ['register, refused', await visitor.fill('/register', { username: '"><b>', captcha: '' })]
  yield ['login', await visitor.get('/login?next=%2Fhome%3Fa%3D1%26b%3D2')]
  yield ['login, in words', await visitor.get('/login?captcha=words')]
  yield ['login, in words, refused', await visitor.fill('/login?captcha=words', { captcha: '' })]
  yield ['login, refused', await visitor.signIn({ username: '&"' })]
  yield ['error 400', await visitor.post('/login', 'username=%')]
  yield ['error 403', await visitor.post('/login', { _csrf: 'made up' })]
  yield ['error 404', await visitor.get('/no/such/page?a=1&b=2')]
  yield ['error 405', await visitor.agent.put('/login')]
  yield ['error 413', await visitor.post('/login', { username: 'long'.repeat(5000) })]
  yield ['error 415', await visitor.agent.post('/login').send({ username })]

  await visitor.register({ username, email })
  yield ['login, with a notice', await visitor.get('/login')]
  yield ['dev/mail', await visitor.get('/dev/mail')]
  const [{ link: confirmation } = { link: '' }] = await site.mails()
  yield ['verify-email/token', await visitor.get(confirmation)]
  yield ['password-reset', await visitor.get('/password-reset')]
  yield ['password-reset, refused', await visitor.fill('/password-reset', { email: '"><b>' })]

  await visitor.signIn({ username, password: validPassword })
  yield ['home, signed in', await visitor.get('/home')]
  yield ['account', await visitor.get('/account')]
  yield ['verify-email', await visitor.get('/verify-email')]
  await visitor.fill(confirmation, {})
  yield ['verify-email, confirmed', await visitor.get('/verify-email')]
  yield ['verify-email/token, gone', await visitor.get(confirmation)]
  await visitor.fill('/password-reset', { email })
  yield ['password-reset, with a notice', await visitor.get('/password-reset')]
  const [{ link } = { link: '' }] = await site.mails()
  yield ['password-reset/token', await visitor.get(link)]
  yield ['password-reset/token, refused', await visitor.fill(link, { password: '"><b>' })]
  yield ['password-reset/token, gone', await visitor.get('/password-reset/x')]
  await visitor.send('/dev/mail', {})
  yield ['dev/mail, emptied', await visitor.get('/dev/mail')]
  await elsewhere.signIn({ username, password: validPassword }, { 'User-Agent': '"><b>' })
  yield ['account/sessions', await visitor.get('/account/sessions')]
  await visitor.fill('/account/sessions', { end: 'others' })
  yield ['account/sessions, with a notice', await visitor.get('/account/sessions')]
  yield ['error 422', await visitor.fill('/account/sessions', { end: 'nobody' })]
  for (const one of ['password', 'username', 'email', 'delete', 'activity']) {
    const path = `/account/${one}`
    yield [path, await visitor.get(path)]
    if (one !== 'activity') yield [`${path}, refused`, await visitor.fill(path, { username: '"' })]
  }
  yield ['confirm', await visitor.get('/confirm?next=%2Faccount%2Femail')]
  yield ['confirm, refused', await visitor.fill('/confirm', { next: '"><b>' })]
  yield ['/account/email/:token, gone', await visitor.get('/account/email/gone')]
  yield ['/account/not-me/:token, gone', await visitor.get('/account/not-me/gone')]
  const factor = '/account/two-factor'
  yield [factor, await visitor.get(factor)]
  await visitor.fill(factor, {})
  const pending = await visitor.get(factor)
  yield [`${factor}, being set up`, pending]
  yield [`${factor}, refused`, await visitor.fill(factor, { code: '"><b>' })]
  const code = codeAt(page(pending).querySelector('.key')?.text.replaceAll(' ', '') ?? '')
  yield [`${factor}, recovery codes`, await visitor.fill(factor, { code })]
  for (const path of ['', '/recovery-codes', '/off']) {
    yield [`${factor}${path}, on`, await visitor.get(factor + path)]
  }
  yield ['confirm, with a code', await visitor.get('/confirm?with=code')]
  await elsewhere.signIn({ username, password: validPassword })
  const second = '/login/second-factor'
  yield [second, await elsewhere.get(second)]
  yield [`${second}, refused`, await elsewhere.fill(`${second}?with=recovery-code`, {})]
  yield ['logout', await visitor.get('/logout')]
  yield ['error 404, signed in', await visitor.get('/no/such/page')]
}

// A text browser knows no CSS and no script: it would show what is hidden, and a time that is not marked stays in UTC for everybody.
function withoutCss(response: Response): string[] {
  const body = page(response).querySelector('body')
  const hidden = body?.querySelectorAll('[hidden], template, .expiry-warning p, .reveal') ?? []
  const shown = hidden.filter((one) => one.hasAttribute('hidden') || one.text.trim() !== '')
  body?.querySelectorAll('time, .letter').forEach((one) => one.remove())
  const isUnmarked = /\d:\d\d[ （(]+UTC/.test(body?.text ?? '')
  return [...shown.map(String), ...(isUnmarked ? ['a time outside <time>'] : [])]
}
