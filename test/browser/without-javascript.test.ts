// The same visit with JavaScript switched off: everything works, with a page load where a script would spare one.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CAPTCHA } from '../helper.ts'
import { openBrowserSite, type BrowserSite } from './browser.ts'
import { fill, follow, register, signIn, signOut, submit, where } from './steps.ts'

const javaScriptEnabled = false

let site: BrowserSite
beforeAll(async () => {
  site = await openBrowserSite()
})
afterAll(() => site.close())

describe('Without JavaScript', () => {
  it('a person registers, signs in, looks around and signs out', async () => {
    const page = await site.visitor({ javaScriptEnabled })

    const { username, email } = await register(page)
    expect(await page.getByRole('status').textContent()).toContain('Your account is ready.')
    await signIn(page, username)
    expect(await page.getByRole('main').innerText()).toContain(email)
    await follow(page, () => page.getByRole('main').getByText('Home').click())
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(`Hello ${username}`)
    await signOut(page)

    expect(await page.getByRole('status').textContent()).toBe("You've signed out.")
  })

  for (const path of ['/register', '/login', '/login?next=%2Fhome']) {
    it(`the link for a new picture loads ${path} anew, with another picture`, async () => {
      const page = await site.visitor({ javaScriptEnabled })
      const [first] = await Promise.all([picture(page), page.goto(path)])

      const [second] = await Promise.all([
        picture(page),
        follow(page, () => page.getByText('New picture').click()),
      ])

      expect(where(page)).toBe(path)
      expect(second).not.toBe(first)
    })
  }

  it('a refused form comes back with what was typed, and can be sent again', async () => {
    const page = await site.visitor({ javaScriptEnabled })
    const { username } = await register(page)
    await fill(page, { username, password: 'not the word', captcha: CAPTCHA })

    await submit(page)
    expect(await page.locator('[name=username]').inputValue()).toBe(username)
    expect(await page.locator('[name=password]').inputValue()).toBe('')
    await signIn(page, username)

    expect(where(page)).toBe('/account')
  })

  it('nothing is offered that needs it', async () => {
    const page = await site.visitor({ javaScriptEnabled })

    await page.goto('/register')

    expect(await page.locator('main form button').allInnerTexts()).toEqual(['Create account'])
  })
})

/** The next picture that arrives, read while its page is still there. */
async function picture(page: Page): Promise<string> {
  const response = await page.waitForResponse('**/captcha?*')
  return response.text()
}
