// The whole visit as a person makes it, in a real browser with everything switched on.
import type { Request } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CAPTCHA, validPassword } from '../helper.ts'
import { newPerson } from '../visitor.ts'
import { openBrowserSite, type BrowserSite } from './browser.ts'
import { fill, follow, register, signIn, signOut, submit, where } from './steps.ts'

let site: BrowserSite
beforeAll(async () => {
  site = await openBrowserSite()
})
afterAll(() => site.close())

describe('A visit', () => {
  it('leads from the front door through register, sign-in, home and account to sign-out', async () => {
    const page = await site.visitor()
    const { username, email } = newPerson()

    await page.goto('/')
    expect(where(page)).toBe('/login?next=%2Faccount')
    expect(await page.getByRole('status').textContent()).toBe('Please sign in first.')

    await follow(page, () => page.getByRole('navigation').getByText('Register').click())
    await page.getByLabel('Username').fill(username)
    await page.getByLabel('Email').fill(email)
    await page.getByLabel('Password', { exact: true }).fill(validPassword)
    await page.getByLabel('Characters in the picture').fill(CAPTCHA)
    await follow(page, () => page.getByRole('button', { name: 'Create account' }).click())
    expect(where(page)).toBe('/login')
    expect(await page.getByRole('status').textContent()).toContain('Your account is ready.')

    expect(await page.getByLabel('Username or email').inputValue()).toBe(username)
    await page.getByLabel('Password', { exact: true }).fill(validPassword)
    await follow(page, () => page.getByRole('button', { name: 'Sign in' }).click())
    expect(where(page)).toBe('/account')
    expect(await page.getByRole('main').innerText()).toContain(email)

    await follow(page, () => page.getByRole('main').getByText('Home').click())
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(`Hello ${username}`)

    await follow(page, () => page.getByRole('main').getByText('Sign out').click())
    await follow(page, () => page.getByRole('button', { name: 'Sign out' }).click())
    expect(where(page)).toBe('/login')
    expect(await page.getByRole('status').textContent()).toBe("You've signed out.")
  })

  it('ends where the visitor was on the way to', async () => {
    const page = await site.visitor()
    const { username } = await register(page)

    await page.goto('/account?tab=2')
    await signIn(page, username)

    expect(where(page)).toBe('/account?tab=2')
  })

  it('leads who forgot the password through two mails to a new one, and no page tells where it came from', async () => {
    const page = await site.visitor()
    const person = await register(page)
    const requests: Request[] = []
    page.on('request', (request) => requests.push(request))
    const followMail = async () => {
      await follow(page, () => page.getByRole('status').getByRole('link').click())
      await follow(page, () => page.locator('.letter a').first().click())
    }

    await followMail()
    await submit(page)
    expect(where(page)).toBe('/login')
    await follow(page, () => page.getByText('Forgot your password?').click())
    await fill(page, { email: person.email, captcha: CAPTCHA })
    await submit(page)
    await followMail()
    const forms = ['POST /verify-email/:token', 'POST /password-reset/:token']
    await fill(page, { password: 'another lantern in the cave' })
    await submit(page)

    expect(where(page)).toBe('/login')
    expect(await page.getByRole('status').textContent()).toContain('Your new password is saved')
    const sent = await Promise.all(requests.map(whereFrom))
    const ofTokenPages = sent.filter((one) => forms.includes(one.page))
    expect(ofTokenPages).toEqual(
      forms.map((one) => ({ page: one, origin: site.origin, referer: `${site.origin}/` })),
    )
    expect(
      sent.filter(({ referer }) => /(verify-email|password-reset)\/./.test(referer ?? '')),
    ).toEqual([])

    await fill(page, {
      username: person.username,
      password: 'another lantern in the cave',
      captcha: CAPTCHA,
    })
    await submit(page)
    expect(where(page)).toBe('/account')
  })

  it('stays signed in when the browser is closed, if the box was ticked', async () => {
    const page = await site.visitor()
    const { username } = await register(page)

    await page.goto('/login')
    await page.getByLabel('Keep me signed in').check()
    await signIn(page, username)

    const cookies = await page.context().cookies()
    expect(cookies.find(({ name }) => name === 'sid')?.expires).toBeGreaterThan(Date.now() / 1000)
  })
})

describe('The back button after sign-out', () => {
  for (const javaScriptEnabled of [true, false]) {
    it(`shows nothing private, JavaScript ${javaScriptEnabled ? 'on' : 'off'}`, async () => {
      const page = await site.visitor({ javaScriptEnabled })
      const person = await register(page)
      await signIn(page, person.username)
      await page.goto('/home')
      await signOut(page)

      const seen: string[] = []
      while (await page.goBack()) {
        seen.push(where(page))
        expect(await page.content()).not.toContain(person.username)
      }

      expect(seen).toEqual(expect.arrayContaining(['/home', '/login', '/register']))
    })
  }

  it('asks anew for a page that the browser kept whole', async () => {
    const page = await site.visitor()
    const { username } = await register(page)
    await signIn(page, username)
    await page.context().clearCookies({ name: 'sid' })

    await follow(page, () =>
      page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"),
    )

    expect(where(page)).toBe('/login?next=%2Faccount')
  })
})

/** The page that a request is for, and what it tells of the page before. */
async function whereFrom(request: Request) {
  const { origin, referer } = await request.allHeaders()
  const { pathname } = new URL(request.url())
  const page = `${request.method()} ${pathname.replace(/[\w-]{43}/, ':token')}`
  return { page, origin, referer }
}
