// What a page has to fit: a sign-in the first screen of a phone, every row the width of a phone also with text twice as large.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LOCALES } from '../../config/i18n.ts'
import { CAPTCHA, validPassword } from '../helper.ts'
import { openBrowserSite, type BrowserSite } from './browser.ts'
import { fill, submit } from './steps.ts'

const PHONE = { width: 360, height: 640 }
const WIDE_NAME = 'W'.repeat(32)
const PAGES = ['/home', '/account', '/account/sessions', '/account/activity', '/account/delete']

let site: BrowserSite
beforeAll(async () => {
  site = await openBrowserSite({ LESSONS: 'on' }) // whose link makes the navigation longest
})
afterAll(() => site.close())

describe.each(LOCALES)('On a phone, %s', (locale) => {
  it('the sign-in is on the first screen, with a captcha as wide as its card and the focus in the first field', async () => {
    const page = await site.visitor({ locale, viewport: PHONE })

    await page.goto('/login')

    const bottom = await edgeOf(page, 'main form [type=submit]', 'bottom')
    expect(bottom).toBeLessThanOrEqual(PHONE.height)
    expect(await edgeOf(page, '.captcha img', 'width')).toBe(await edgeOf(page, 'form', 'width'))
    expect(await edgeOf(page, '.captcha img', 'bottom')).toBeLessThanOrEqual(
      await edgeOf(page, '.links', 'top'),
    )
    expect(await edgeOf(page, '.reveal', 'height')).toBeGreaterThanOrEqual(24)
    expect(await page.evaluate('document.activeElement.name')).toBe('username')
  })
})

describe('Text twice as large on a phone', () => {
  it('needs no scrolling sideways, with the longest name and the widest letters', async () => {
    const page = await site.visitor({ viewport: PHONE })
    const tooWide: string[] = []
    const look = async (path: string) => {
      await page.goto(path)
      await page.evaluate(`document.documentElement.style.fontSize = '200%'`)
      const width = await edgeOf(page, ':root', 'scrollWidth')
      if (width > PHONE.width) tooWide.push(`${path}: ${width}`)
    }

    await look('/login')
    await look('/register')
    await fill(page, {
      username: WIDE_NAME,
      email: 'wide@example.com',
      password: validPassword,
      captcha: CAPTCHA,
    })
    await submit(page)
    await fill(page, { password: validPassword })
    await submit(page)
    for (const path of [...PAGES, '/dev/mail']) await look(path)

    expect(tooWide).toEqual([])
  })
})

describe('On paper', () => {
  it('a page is its content alone, black on white', async () => {
    const page = await site.visitor({ colorScheme: 'dark' })
    await page.goto('/login')

    await page.emulateMedia({ media: 'print' })

    const shown = await page
      .locator('header, footer, button, .links')
      .evaluateAll(
        (all) =>
          all.filter((one) =>
            (one as unknown as { checkVisibility: () => boolean }).checkVisibility(),
          ).length,
      )
    expect(shown).toBe(0)
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(
      'rgba(0, 0, 0, 0)',
    )
  })
})

/** A number that the browser measured at the first element of this selector. */
async function edgeOf(page: Page, selector: string, edge: string): Promise<number> {
  const found = `document.querySelector(${JSON.stringify(selector)})`
  const from = edge === 'scrollWidth' ? found : `${found}.getBoundingClientRect()`
  return page.evaluate<number>(`${from}.${edge}`)
}
