// What holds on every page in every state: axe finds nothing, it fits a phone, the browser has nothing to complain of, and nothing leaves the site.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LOCALES } from '../../config/i18n.ts'
import { violations } from './axe.ts'
import { openBrowserSite, type BrowserSite } from './browser.ts'
import { listenTo } from './listen.ts'
import { everyState } from './states.ts'

const PHONE = { width: 360, height: 740 }
const STATES = 65
const TIMEOUT = 240_000 // all of it in one go, for each state follows from the one before

let site: BrowserSite
beforeAll(async () => {
  site = await openBrowserSite({}, 'localhost') // on an address browsers refuse passkeys
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
      // A language changes neither colours nor structure: every second state is looked at in the one, the rest in the other.
      if (states.length % LOCALES.length !== LOCALES.indexOf(locale)) continue
      barriers.push(...(await violations(page)).map((one) => `${state}: ${one}`))
    }
  }, TIMEOUT)

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
