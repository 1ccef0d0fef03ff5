// Passkeys in a browser with a virtual authenticator, on a narrow phone, in both languages: added, used in each way, removed.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LOCALES, translator } from '../../config/i18n.ts'
import { giveApp } from '../two-factor.ts'
import { addAuthenticator } from './authenticator.ts'
import { openBrowserSite, type BrowserSite } from './browser.ts'
import { listenTo } from './listen.ts'
import { follow, register, signIn, signOut, submit, where } from './steps.ts'

const CHALLENGE = '**/login/passkey'
const viewport = { width: 360, height: 740 }

let site: BrowserSite
beforeAll(async () => {
  site = await openBrowserSite({}, 'localhost') // on an address browsers refuse passkeys
})
afterAll(() => site.close())

describe('Passkeys, 360 pixels wide', () => {
  for (const locale of LOCALES) {
    it(`are added, sign in from the name's field, by a button and in place of a code, and are removed, ${locale}`, async () => {
      const t = translator(locale)
      const page = await site.visitor({ locale, viewport })
      const { complaints } = listenTo(page)
      const authenticator = await addAuthenticator(page)
      const { username } = await register(page)
      await signIn(page, username)

      await page.goto('/account/passkeys')
      await follow(page, () =>
        page.getByRole('button', { name: t('account.passkeys.make') }).click(),
      )
      expect(await page.locator('.places li').count()).toBe(1)
      expect(await isTooWide(page)).toBe(false)

      // The authenticator answers at once, as if the person had chosen the passkey in the field.
      await follow(page, () => page.locator('nav a[href="/logout"]').click())
      await submit(page)
      await page.waitForURL('**/account')

      await authenticator.setPresence(false)
      const offered = page.waitForResponse(CHALLENGE)
      await signOut(page)
      await offered // in the field; from here on it is the button that asks
      const button = page.getByRole('button', { name: t('login.passkey.submit') })
      expect(await isTooWide(page)).toBe(false)
      // Before the browser asks the authenticator, which never answers what it was asked while nobody was present.
      await page.route(CHALLENGE, async (route) => {
        await authenticator.setPresence(true)
        await route.continue()
      })
      await button.click()
      await page.waitForURL('**/account')
      await page.unroute(CHALLENGE)

      await giveApp(site.site, username) // which ends all sessions
      await authenticator.setPresence(false)
      await page.goto('/login')
      await signIn(page, username)
      await authenticator.setPresence(true)
      await follow(page, () =>
        page.getByRole('button', { name: t('login.second-factor.passkey') }).click(),
      )
      expect(where(page)).toBe('/account')

      await page.goto('/account/passkeys')
      await follow(page, () => page.locator('.places a').click())
      await follow(page, () => page.locator('main button.danger').click())
      expect(await page.locator('.places li').count()).toBe(0)
      expect(complaints).toEqual([])
    })
  }
})

it('Passkeys are offered in the name’s field anew before their challenge is too old', async () => {
  const page = await site.visitor()
  await page.clock.install()
  await addAuthenticator(page)
  let asked = 0
  page.on('request', (request) => {
    if (request.url().endsWith('/login/passkey')) asked++
  })

  await page.goto('/login')

  await expect.poll(() => asked).toBe(1)
  await expect
    .poll(async () => {
      await page.clock.fastForward('04:01')
      return asked
    })
    .toBeGreaterThan(1)
})

describe('Without a script', () => {
  it('no page has a button that does nothing', async () => {
    const page = await site.visitor({ javaScriptEnabled: false })
    const { username } = await register(page)
    const buttons = page.locator('[data-passkey] button')

    expect(await buttons.filter({ visible: true }).count()).toBe(0)
    await signIn(page, username)
    await page.goto('/account/passkeys')

    expect(await buttons.filter({ visible: true }).count()).toBe(0)
    expect(await page.locator('[data-needs-script]').innerText()).toContain('JavaScript')
  })
})

async function isTooWide(page: Page): Promise<boolean> {
  const width = await page.evaluate<number>('document.documentElement.scrollWidth')
  return width > viewport.width
}
