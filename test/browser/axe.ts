// What axe finds on a page as it is shown now.
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa']

/** The violations of WCAG A and AA, light and dark, each with the element it is about. */
export async function violations(page: Page): Promise<string[]> {
  await page.emulateMedia({ colorScheme: 'light' })
  const light = await builderOf(page).withTags(WCAG).analyze()
  // The colours are all that differs.
  await page.emulateMedia({ colorScheme: 'dark' })
  const dark = await builderOf(page).withRules('color-contrast').analyze()
  return [...light.violations, ...dark.violations].flatMap(({ id, nodes }) =>
    nodes.map(({ target }) => `${id} ${target.join(' ')}`),
  )
}

// Legacy means: without the detour for frames of other sites, of which there are none.
function builderOf(page: Page): AxeBuilder {
  return new AxeBuilder({ page }).setLegacyMode()
}
