// What axe finds on a page as it is shown now.
import axe from 'axe-core'
import type { Page } from 'playwright-core'

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa']

/** The violations of WCAG A and AA, light and dark, each with the element it is about. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  await page.emulateMedia({ colorScheme: 'light' })
  const light = await run(page, { type: 'tag', values: WCAG })
  // The colours are all that differs.
  await page.emulateMedia({ colorScheme: 'dark' })
  const dark = await run(page, { type: 'rule', values: ['color-contrast'] })
  return [...light, ...dark]
}

async function run(page: Page, runOnly: axe.RunOnly): Promise<string[]> {
  const options: axe.RunOptions = { runOnly, resultTypes: ['violations'] }
  const { violations } = await page.evaluate<axe.AxeResults>(`axe.run(${JSON.stringify(options)})`)
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target }) => `${id} ${target.join(' ')}`),
  )
}
