// What axe checks of WCAG A and AA, on every page in every state, light and dark, in both languages.
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LOCALES } from '../../config/i18n.ts'
import { openBrowserSite, type BrowserSite } from './browser.ts'
import { everyState } from './states.ts'

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa']

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

async function violations(page: Page): Promise<string[]> {
  // Legacy means: without the detour for frames of other sites, of which there are none.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().withTags(WCAG).analyze()
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target }) => `${id} ${target.join(' ')}`),
  )
}
