// Every page of the site in every state that looks different, one after the other, as one visitor can bring them about.
import type { Page } from 'playwright-core'
import { CAPTCHA, uniqueUsername, validPassword as password } from '../helper.ts'
import { factorStates } from './factor-states.ts'
import { fill, follow, followMail, signIn, submit } from './steps.ts'

/** Lead the page through all states, and stop at each of them with its name. It ends as it began: signed out. */
export async function* everyState(page: Page): AsyncGenerator<string> {
  const person = widePerson()

  await page.goto('/home')
  yield 'home, anonymous'

  await page.goto('/register')
  yield 'register'

  await submit(page)
  yield 'register, everything refused'

  await page.goto('/register?captcha=words')
  yield 'register, with a question in words'

  await submit(page)
  yield 'register, in words, everything refused'

  await page.goto('/register')

  await fill(page, { ...person, password: person.username, captcha: CAPTCHA })
  await submit(page)
  yield 'register, the password refused'

  await fill(page, { password, captcha: CAPTCHA })
  await submit(page)
  yield 'login, with the notice of a new account'

  await page.goto('/dev/mail')
  yield 'dev/mail'

  await followMail(page)
  yield 'verify-email/token'

  await page.goto('/password-reset')
  yield 'password-reset'

  await submit(page)
  yield 'password-reset, everything refused'

  await page.goto('/login')
  yield 'login'

  await fill(page, { username: person.username, password: 'wrong', captcha: CAPTCHA })
  await submit(page)
  yield 'login, refused'

  await page.goto('/no/such/page')
  yield 'error 404, anonymous'

  await page.goto('/login')
  await page.context().clearCookies({ name: 'csrf' })
  await submit(page)
  yield 'login, gone stale'

  await page.goto('/login')
  await fill(page, { username: 'long'.repeat(5000) })
  // As without the script, which shows the sentence above the form.
  await follow(page, () => page.evaluate("document.querySelector('main form').submit()"))
  yield 'error 413, refused before anything is known of the visitor'

  await page.goto('/account')
  yield 'login, with the notice to sign in first'

  await fill(page, { username: person.username, password, captcha: CAPTCHA })
  await submit(page)
  yield 'account'

  await page.goto('/account/sessions')
  yield 'account/sessions, this one alone'

  await page.goto('/verify-email')
  yield 'verify-email'

  await submit(page)
  yield 'verify-email, with the notice of a mail'

  await page.goto('/dev/mail')
  await followMail(page)
  await submit(page)
  yield 'account, with the notice of a confirmed address'

  await page.goto('/verify-email')
  yield 'verify-email, confirmed'

  await page.goto('/verify-email/x')
  yield 'verify-email/token, gone'

  await page.goto('/password-reset')
  await fill(page, { email: person.email, captcha: CAPTCHA })
  await submit(page)
  yield 'password-reset, with the notice of a mail'

  await page.goto('/dev/mail')
  await followMail(page)
  yield 'password-reset/token'

  await submit(page)
  yield 'password-reset/token, refused'

  await page.goto('/password-reset/x')
  yield 'password-reset/token, gone'

  await page.goto('/account/sessions')
  await signInElsewhere(page, person.username)
  await page.reload()
  yield 'account/sessions, with another one'

  await follow(page, () => page.locator('.places li:first-child button').click())
  yield 'account/sessions, with the notice of one that was ended'

  for (const one of ['password', 'username', 'email', 'delete'] as const) {
    await page.goto(`/account/${one}`)
    yield `account/${one}`

    await submit(page)
    yield `account/${one}, everything refused`
  }

  await page.goto('/account/email')
  await fill(page, { email: `new-${person.email.slice(4)}` })
  await submit(page)
  yield 'account/email, with the notice of a link that was sent'

  await page.goto('/confirm?next=%2Faccount%2Femail')
  yield 'confirm'

  await submit(page)
  yield 'confirm, refused'

  await page.goto('/account/email/no-such-token')
  yield 'account/email/:token, gone'

  await page.goto('/account/activity')
  yield 'account/activity'

  yield* factorStates(page)

  await page.goto('/home')
  yield 'home, signed in'

  await page.goto('/no/such/page')
  yield 'error 404, signed in'

  await follow(page, () => page.locator('nav a[href="/logout"]').click())
  yield 'logout'

  await submit(page)
  yield 'login, with the notice of being signed out'

  await signIn(page, person.username)
  yield 'login/second-factor'

  await submit(page)
  yield 'login/second-factor, refused'

  await page.goto('/login/second-factor?with=recovery-code')
  yield 'login/second-factor, for a recovery code'

  await page.goto('/login/passkey')
  yield 'login/passkey'

  await page.goto('/dev/mail')
  await submit(page)
  yield 'dev/mail, emptied'
}

/** Sign in with another browser, which is closed without signing out. */
async function signInElsewhere(page: Page, username: string): Promise<void> {
  const baseURL = new URL(page.url()).origin
  const elsewhere = await page.context().browser()?.newContext({ baseURL })
  const other = await elsewhere?.newPage()
  await other?.goto('/login')
  if (other) await signIn(other, username)
  await elsewhere?.close()
}

/** Somebody whose name takes the most room there is: the widest characters, as many as are allowed. */
function widePerson() {
  const unique = uniqueUsername().slice(-8)
  return {
    username: unique.padStart(32, '芝麻開門W'),
    email: `${unique}@${'wide-'.repeat(9)}wide.example`,
  }
}
