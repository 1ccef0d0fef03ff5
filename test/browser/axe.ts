// What axe finds on a page as it is shown now.
import axe from 'axe-core'
import type { Page } from 'playwright-core'

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa']

export const SCHEMES = ['light', 'dark'] as const

/** The violations of WCAG A and AA in these colour schemes, each with the element it is about. */
export async function violations(
  page: Page,
  schemes: readonly (typeof SCHEMES)[number][] = SCHEMES,
): Promise<string[]> {
  await page.evaluate(axe.source)
  const found: string[] = []
  for (const [index, colorScheme] of schemes.entries()) {
    await page.emulateMedia({ colorScheme })
    // The colours are all that differs after the first.
    const runOnly: axe.RunOnly =
      index === 0 ? { type: 'tag', values: WCAG } : { type: 'rule', values: ['color-contrast'] }
    found.push(...(await run(page, runOnly)))
  }
  return found
}

async function run(page: Page, runOnly: axe.RunOnly): Promise<string[]> {
  const options: axe.RunOptions = { runOnly, resultTypes: ['violations'] }
  const { violations } = await page.evaluate<axe.AxeResults>(`axe.run(${JSON.stringify(options)})`)
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target }) => `${id} ${target.join(' ')}`),
  )
}
