// What axe finds on a page as it is shown now.
import type { IncomingMessage, ServerResponse } from 'node:http'
import axe from 'axe-core'
import type { Page } from 'playwright-core'

// Where pages of a site under test find axe. Sent along with each look at a page, its half megabyte took longest.
const PATH = '/axe.js'

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa']

export const SCHEMES = ['light', 'dark'] as const

/** Answer whoever asks for axe; false for all other requests. */
export function serveAxe(req: IncomingMessage, res: ServerResponse): boolean {
  if (req.url !== PATH) return false
  res.setHeader('Content-Type', 'text/javascript')
  res.setHeader('Cache-Control', 'max-age=3600')
  res.end(axe.source)
  return true
}

/** The violations of WCAG A and AA in these colour schemes, each with the element it is about. */
export async function violations(
  page: Page,
  schemes: readonly (typeof SCHEMES)[number][] = SCHEMES,
): Promise<string[]> {
  await page.evaluate(`import('${PATH}').then(() => undefined)`)
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
  const options: axe.RunOptions = { runOnly, resultTypes: ['violations'], preload: false } // no films here
  const { violations } = await page.evaluate<axe.AxeResults>(`axe.run(${JSON.stringify(options)})`)
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target }) => `${id} ${target.join(' ')}`),
  )
}
