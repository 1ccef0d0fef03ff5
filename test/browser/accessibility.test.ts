// What axe checks of WCAG A and AA, on every page in every state, light and dark, in both languages.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LOCALES } from '../../config/i18n.ts'
import { violations } from './axe.ts'
import { openBrowserSite, type BrowserSite } from './browser.ts'
import { everyState } from './states.ts'

let site: BrowserSite
beforeAll(async () => {
  site = await openBrowserSite()
})
afterAll(() => site.close())

describe('axe', () => {
  for (const locale of LOCALES) {
    it(`finds no violation in any state of any page, ${locale}`, async () => {
      const page = await site.visitor({ locale })

      const found: string[] = []
      for await (const state of everyState(page)) {
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme })
          found.push(...(await violations(page)).map((one) => `${state}, ${colorScheme}: ${one}`))
        }
      }

      expect(found).toEqual([])
    })
  }
})
