// What holds on every page in every state: it fits a phone, the browser has nothing to complain of, and nothing leaves the site.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LOCALES } from '../../config/i18n.ts'
import { openBrowserSite, type BrowserSite } from './browser.ts'
import { everyState } from './states.ts'

let site: BrowserSite
beforeAll(async () => {
  site = await openBrowserSite()
})
afterAll(() => site.close())

describe('Every page in every state', () => {
  for (const locale of LOCALES) {
    it(`fits 360 pixels without scrolling sideways, ${locale}`, async () => {
      const page = await site.visitor({ locale, viewport: { width: 360, height: 740 } })

      const tooWide: string[] = []
      for await (const state of everyState(page)) {
        const width = await page.evaluate<number>('document.documentElement.scrollWidth')
        if (width > 360) tooWide.push(`${state}: ${width}`)
      }

      expect(tooWide).toEqual([])
    })
  }

  it('loads all it needs, from the site alone, without an error or a breach of its policy', async () => {
    const page = await site.visitor()
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
      if (['error', 'warning'].includes(message.type()) && !isStatus)
        complaints.push(message.text())
    })

    const states: string[] = []
    for await (const state of everyState(page)) states.push(state)

    expect(states).toHaveLength(21)
    expect(complaints).toEqual([])
    expect([...origins]).toEqual([site.origin])
  })
})
