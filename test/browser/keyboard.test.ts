// A visit by keyboard alone: where the focus is, that it is seen, and where it goes when a form is refused.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { brand } from '../../config/site.ts'
import { CAPTCHA, validPassword } from '../helper.ts'
import { newPerson } from '../visitor.ts'
import { openBrowserSite, type BrowserSite } from './browser.ts'
import { fill, follow, register, submit, where } from './steps.ts'

let site: BrowserSite
let page: Page
beforeAll(async () => {
  site = await openBrowserSite()
  page = await site.visitor()
})
afterAll(() => site.close())

describe('The Tab key', () => {
  for (const path of ['/home', '/register', '/no/such/page']) {
    it(`reaches the skip link first on ${path}, which comes into sight and leads to the content`, async () => {
      await page.goto(path)

      await page.keyboard.press('Tab')
      expect(await focused()).toBe('Skip to content')
      const box = await page.locator('.skip').boundingBox()
      expect(box?.y).toBeGreaterThanOrEqual(0)

      await page.keyboard.press('Enter')
      expect(await page.evaluate('document.activeElement.id')).toBe('main')
    })
  }

  it('reaches everything on /register in the order of reading', async () => {
    await page.goto('/register')

    expect(await everyStop()).toEqual([
      'Skip to content',
      brand.name.en,
      'Sign in',
      'Register',
      'username',
      'email',
      'password',
      'Show',
      'New picture',
      'Answer a question',
      'captcha',
      'Create account',
      'Sign in',
      'English',
      '中文',
    ])
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`leaves no doubt where the focus is, ${colorScheme}`, async () => {
      await page.emulateMedia({ colorScheme })
      await page.goto('/login')

      const outlines = new Set<unknown>()
      await everyStop(async () => {
        const style = 'getComputedStyle(document.activeElement)'
        outlines.add(await page.evaluate(`${style}.outlineStyle + ' ' + ${style}.outlineWidth`))
      })

      expect([...outlines]).toEqual(['solid 3px'])
    })
  }

  it('is all it takes to register and sign in', async () => {
    const { username, email, password } = newPerson()

    await page.goto('/register')
    await page.locator('[name=username]').focus()
    await type(username, email, password)
    await page.keyboard.press('Tab') // past the links for a new picture
    await page.keyboard.press('Tab') // and for a question in words
    await page.keyboard.press('Tab')
    await page.keyboard.type(CAPTCHA)
    await follow(page, () => page.keyboard.press('Enter'))

    expect(where(page)).toBe('/login')
  })
})

describe('A refused form', () => {
  it('has the focus in its first wrong field', async () => {
    await page.goto('/register')
    await submit(page)
    await expect.poll(focused).toBe('username')

    const { username, email } = newPerson()
    await fill(page, { username, email: 'nowhere', password: 'short', captcha: CAPTCHA })
    await submit(page)
    await expect.poll(focused).toBe('email')

    await fill(page, { email, password: validPassword, captcha: 'WRONG' })
    await submit(page)
    await expect.poll(focused).toBe('password') // which comes first, and has to be typed again
  })

  it('has the focus in the password when a sign-in failed', async () => {
    const { username } = await register(page)
    await fill(page, { username, password: 'not the word', captcha: CAPTCHA })

    await submit(page)

    await expect.poll(focused).toBe('password')
    expect(await page.title()).toBe(`Error: Sign in · ${brand.name.en}`)
  })
})

/** Type into one field after the other. */
async function type(...values: string[]): Promise<void> {
  for (const value of values) {
    await page.keyboard.type(value)
    await page.keyboard.press('Tab')
  }
}

/** Press Tab from the top of the page to its end; gives what was focused on the way. */
async function everyStop(look: () => Promise<void> = () => Promise.resolve()): Promise<string[]> {
  const stops: string[] = []
  for (;;) {
    await page.keyboard.press('Tab')
    const name = await focused()
    if (name === '') return stops
    await look()
    stops.push(name)
  }
}

/** What has the focus, by its words or its name; nothing if it is the page itself. */
async function focused(): Promise<string> {
  return page.evaluate<string>(
    `document.activeElement.matches('body') ? '' : document.activeElement.innerText.trim() || document.activeElement.name`,
  )
}
