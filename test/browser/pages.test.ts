// What holds on every page in every state: axe finds nothing, it fits a phone, the browser has nothing to complain of, and nothing leaves the site.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LOCALES } from '../../config/i18n.ts'
import { violations } from './axe.ts'
import { openBrowserSite, type BrowserSite } from './browser.ts'
import { everyState } from './states.ts'

const PHONE = { width: 360, height: 740 }
const STATES = 46
const PATIENCE = 120_000

let site: BrowserSite
beforeAll(async () => {
  site = await openBrowserSite()
})
afterAll(() => site.close())

describe.each(LOCALES)('Every page in every state, %s', (locale) => {
  const states: string[] = []
  const barriers: string[] = []
  const tooWide: string[] = []
  let complaints: string[] = []
  let origins = new Set<string>()

  beforeAll(async () => {
    const page = await site.visitor({ locale, viewport: PHONE })
    ;({ complaints, origins } = listenTo(page))
    for await (const state of everyState(page)) {
      states.push(state)
      const width = await page.evaluate<number>('document.documentElement.scrollWidth')
      if (width > PHONE.width) tooWide.push(`${state}: ${width}`)
      barriers.push(...(await violations(page)).map((one) => `${state}: ${one}`))
    }
  }, PATIENCE)

  it('was seen', () => {
    expect(states).toHaveLength(STATES)
  })

  it('passes axe, light and dark (WCAG A and AA)', () => {
    expect(barriers).toEqual([])
  })

  it('fits 360 pixels without scrolling sideways', () => {
    expect(tooWide).toEqual([])
  })

  it('loads all it needs, from the site alone, without an error or a breach of its policy', () => {
    expect(complaints).toEqual([])
    expect([...origins]).toEqual([site.origin])
  })
})

/** What the browser complains of from now on, and whom it asks for anything. */
function listenTo(page: Page) {
  const complaints: string[] = []
  const origins = new Set<string>()
  page.on('pageerror', ({ message }) => complaints.push(message))
  page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`))
  page.on('request', (request) => origins.add(new URL(request.url()).origin))
  page.on('response', (response) => {
    const isPage = response.request().isNavigationRequest()
    if (!isPage && response.status() >= 400) complaints.push(`refused: ${response.url()}`)
  })
  page.on('console', (message) => {
    // A refused form and a page that does not exist are answers with a status above 400: Chromium reports them here.
    const isStatus = message.text().startsWith('Failed to load resource')
    if (['error', 'warning'].includes(message.type()) && !isStatus) complaints.push(message.text())
  })
  return { complaints, origins }
}
