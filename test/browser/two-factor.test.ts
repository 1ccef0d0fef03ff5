// The second factor without a script, on a narrow phone, in both languages: set up, signed in by each kind of code, turned off.
import { text } from 'node:stream/consumers'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LOCALES, translator } from '../../config/i18n.ts'
import { codeAt } from '../../lib/totp.ts'
import { nextCode } from '../two-factor.ts'
import { openBrowserSite, type BrowserSite } from './browser.ts'
import { fill, follow, register, signIn, signOut, submit, where } from './steps.ts'

const viewport = { width: 360, height: 740 }

let site: BrowserSite
beforeAll(async () => {
  site = await openBrowserSite({ CAPTCHA: 'off' })
})
afterAll(() => site.close())

describe('A second factor without a script, 360 pixels wide', () => {
  for (const locale of LOCALES) {
    it(`is set up, asked for, and turned off, ${locale}`, async () => {
      const t = translator(locale)
      const page = await site.visitor({ javaScriptEnabled: false, locale, viewport })
      const { username } = await register(page)
      await signIn(page, username)

      await page.goto('/account/two-factor')
      await submit(page)
      const secret = (await page.locator('.key').innerText()).replaceAll(' ', '')
      const picture = await page.evaluate<boolean>("document.querySelector('.qr').naturalWidth > 0")
      expect(picture).toBe(true)
      expect(await isTooWide(page)).toBe(false)

      const used = codeAt(secret)
      await fill(page, { code: used })
      await submit(page)
      const codes = await page.locator('.recovery-codes code').allInnerTexts()
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: t('account.two-factor.recovery-codes.download') }).click(),
      ])
      expect(codes).toHaveLength(10)
      expect(await text(await download.createReadStream())).toBe(`${codes.join('\n')}\n`)
      expect(await isTooWide(page)).toBe(false)

      await signOut(page)
      await signIn(page, username)
      expect(await page.locator('h1').innerText()).toBe(t('login.second-factor.title'))
      expect(await page.evaluate<string>('document.activeElement.name')).toBe('code')
      await fill(page, { code: used })
      await submit(page)
      expect(await page.locator('#code-error').innerText()).toBe(t('errors.code.wrong'))
      expect(await isTooWide(page)).toBe(false)
      await fill(page, { code: nextCode(secret).replace(/^.../, '$& ') })
      await submit(page)
      expect(where(page)).toBe('/account')

      await signOut(page)
      await signIn(page, username)
      await follow(page, () => page.getByText(t('login.second-factor.to-recovery')).click())
      await fill(page, { recovery: codes[0] ?? '' })
      await submit(page)
      expect(where(page)).toBe('/account')

      await page.goto('/confirm?next=%2Faccount%2Ftwo-factor%2Foff')
      await follow(page, () => page.getByText(t('confirm.instead.recovery')).click())
      expect(await isTooWide(page)).toBe(false)
      await fill(page, { recovery: codes[1] ?? '' })
      await submit(page)
      expect(where(page)).toBe('/account/two-factor/off')
      await submit(page)
      await signOut(page)
      await signIn(page, username)
      expect(where(page)).toBe('/account')
    })
  }
})

async function isTooWide(page: Page): Promise<boolean> {
  const width = await page.evaluate<number>('document.documentElement.scrollWidth')
  return width > viewport.width
}
