// What a script adds to the forms: a new picture in place, what was typed kept over a reload, a password in clear.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CAPTCHA, validPassword } from '../helper.ts'
import { newPerson } from '../visitor.ts'
import { openBrowserSite, type BrowserSite } from './browser.ts'
import { fill, follow, submit, where } from './steps.ts'

let site: BrowserSite
let page: Page
beforeAll(async () => {
  site = await openBrowserSite()
  page = await site.visitor()
})
afterAll(() => site.close())

describe('A click on the picture', () => {
  it('brings another one without reloading, and keeps what was typed', async () => {
    const person = newPerson()
    const [first] = await Promise.all([
      page.waitForResponse('**/captcha?*'),
      page.goto('/register'),
    ])
    await fill(page, { ...person, captcha: 'half' })
    await page.evaluate('window.stays = true')

    const [second] = await Promise.all([
      page.waitForResponse('**/captcha?*'),
      page.locator('main form img').click(),
    ])

    expect(await second.text()).not.toBe(await first.text())
    expect(await page.evaluate('window.stays')).toBe(true)
    expect(await page.locator('[name=username]').inputValue()).toBe(person.username)
    expect(await page.locator('[name=email]').inputValue()).toBe(person.email)
    expect(await page.locator('[name=password]').inputValue()).toBe(person.password)
  })

  it('empties the field for the text and leaves the visitor in it', async () => {
    await page.goto('/login')
    await fill(page, { captcha: 'half' })

    await page.locator('main form img').click()

    expect(await page.locator('[name=captcha]').inputValue()).toBe('')
    expect(await page.evaluate('document.activeElement.name')).toBe('captcha')
  })

  it('brings one whose text is taken', async () => {
    await page.goto('/register')
    await fill(page, newPerson())
    await Promise.all([
      page.waitForResponse('**/captcha?*'),
      page.getByRole('link', { name: 'New picture' }).click(),
    ])

    await fill(page, { captcha: CAPTCHA })
    await submit(page)

    expect(where(page)).toBe('/login')
  })
})

describe('A form that is loaded anew', () => {
  const typed = () =>
    page.locator('main form input:not([type=hidden])').evaluateAll((inputs) =>
      // In the browser, whose types these tests do not know.
      (inputs as { name: string; value: string; checked: boolean }[]).map(
        ({ name, value, checked }) => [name, name === 'remember' ? checked : value],
      ),
    )

  it('for a question in words keeps what was typed, but no password', async () => {
    const { username, email, password } = newPerson()
    await page.goto('/register')
    await fill(page, { username, email, password })

    await follow(page, () => page.locator('.other-way').click())

    expect(where(page)).toBe('/register?captcha=words')
    expect(await typed()).toEqual([
      ['username', username],
      ['email', email],
      ['password', ''],
      ['captcha', ''],
    ])
  })

  it('in another language keeps it too, once and on this page alone', async () => {
    await page.context().clearCookies() // after a registration the form has a name in it and no captcha
    await page.goto('/login')
    await fill(page, { username: 'somebody', password: validPassword })
    await page.locator('[name=remember]').check()

    await follow(page, () => page.locator('.languages [lang=zh-CN]').click())
    const kept = await typed()
    await follow(page, () => page.locator('.languages [lang=en]').click())
    await page.goto('/register')
    await page.goto('/login')

    expect(kept).toEqual([
      ['username', 'somebody'],
      ['password', ''],
      ['captcha', ''],
      ['remember', true],
    ])
    expect(await page.locator('[name=username]').inputValue()).toBe('')
  })
})

describe('A password', () => {
  for (const path of ['/register', '/login']) {
    it(`can be shown and hidden again on ${path}`, async () => {
      await page.goto(path)
      await fill(page, { password: validPassword })
      const password = page.locator('[name=password]')
      expect(await password.getAttribute('type')).toBe('password')

      await page.getByRole('button', { name: 'Show password' }).click()
      expect(await password.getAttribute('type')).toBe('text')
      expect(await password.inputValue()).toBe(validPassword)

      await page.getByRole('button', { name: 'Hide password' }).click()
      expect(await password.getAttribute('type')).toBe('password')
      expect(await password.inputValue()).toBe(validPassword)
    })
  }

  it('is sent as a password also while it is shown', async () => {
    await page.goto('/login')
    await page.getByRole('button', { name: 'Show password' }).click()
    await page.evaluate(`addEventListener('submit', (event) => {
      event.preventDefault()
      window.sentAs = document.querySelector('[name=password]').type
    })`)

    await page.getByRole('button', { name: 'Sign in' }).click()

    expect(await page.evaluate('window.sentAs')).toBe('password')
  })
})
