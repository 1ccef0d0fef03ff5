// The lessons in a browser: what holds of all of them, what works without scripts, and what scripts and real cookies add.
import { parse, type HTMLElement } from 'node-html-parser'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LOCALES, translator } from '../../config/i18n.ts'
import { lessons } from '../../lessons/index.ts'
import { SCHEMES, violations } from '../browser/axe.ts'
import { openBrowserSite, type BrowserSite } from '../browser/browser.ts'
import { listenTo } from '../browser/listen.ts'
import { follow, register, signIn } from '../browser/steps.ts'

const PHONE = { width: 360, height: 740 }
const TIMEOUT = 90_000 // for a lesson with a dozen buttons, beside other tests
const WHOLE = ['/lessons', '/lessons/servers', '/home'] // looked at in both colour schemes and both languages
const t = translator('en')

let site: BrowserSite
beforeAll(async () => {
  site = await openBrowserSite({ LESSONS: 'on' })
})
afterAll(() => site.close())

describe('The list and every lesson, when all that can be pressed was', () => {
  let page: Page
  let complaints: string[]
  let pressed = 0
  beforeAll(async () => {
    page = await site.visitor({ viewport: PHONE })
    ;({ complaints } = listenTo(page))
  })

  // WCAG A and AA. All pages are made of the same parts: each is looked at once, in turn light and dark, and the language
  // changes from page to page. Three are looked at in both schemes and both languages.
  const pages = ['/lessons', ...lessons.map(({ name }) => `/lessons/${name}`), '/home']
  it.each(pages)(
    '%s passes axe and fits 360 pixels without scrolling sideways',
    async (path) => {
      const isWhole = WHOLE.includes(path)
      const inTurn = SCHEMES.filter((_one, index) => index === pages.indexOf(path) % 2)
      pressed += await pressAll(page, path)
      await page.goto(path)
      for (const button of await page.locator('#try form[data-json] button').all())
        await Promise.all([page.waitForResponse(/\/login$/), button.click()]) // handout 1's client
      const first = await look(page, isWhole ? SCHEMES : inTurn)
      await follow(page, () => page.locator('[name=locale]:not([aria-current])').click())
      for (const bar of await page.locator('.x-ray > details > summary').all()) await bar.click()
      const second = await look(page, isWhole ? SCHEMES : [])

      expect([first.lang, second.lang].sort()).toEqual([...LOCALES].sort())
      expect([...first.barriers, ...second.barriers]).toEqual([])
      expect([first.width, second.width]).toEqual([PHONE.width, PHONE.width])
    },
    TIMEOUT,
  )

  it('load all they need, without an error or a breach of their policy', () => {
    expect(pressed).toBeGreaterThan(70)
    expect(complaints).toEqual([])
  })
})

describe('Without JavaScript', () => {
  const open = async (lesson: string) => {
    const page = await site.visitor({ javaScriptEnabled: false })
    await page.goto(`/lessons/${lesson}`)
    const press = (action: string) =>
      follow(page, () =>
        page.locator(`[action$="${action}"] button, [formaction$="${action}"]`).first().click(),
      )
    const textOf = (selector: string) => page.locator(selector).first().innerText()
    return { page, press, textOf }
  }

  it('a visit is counted, and the panes show it with the answer', async () => {
    const { press, textOf } = await open('visits')

    await press('/visit')
    await press('/visit')

    expect(await textOf('#try')).toContain(t('lessons.visits.count', { count: 2 }))
    expect(await textOf('#travelled .request')).toContain('POST /lessons/visits/try/visit')
    expect(await textOf('#stored > pre')).toContain('"visits": 2')
    expect(await textOf('.change .added')).toMatch(/^\+/)
  })

  it('a lesson client does what a browser can’t, and the page tells what came of it', async () => {
    const { press, textOf } = await open('races')

    await press('/stock/sign-in')
    await press('/stock/slow')
    await press('/stock/visit')

    const outcome = t('lessons.races.outcome.undone', { username: 'zhangsan' })
    expect(await textOf('#outcome')).toBe(outcome)
    expect(await textOf('#travelled')).toContain(t('lessons.by.tab'))
  })

  it('a captcha is answered with an ordinary form', async () => {
    const { press, textOf } = await open('captcha')

    await press('/once/login')

    expect(await textOf('#answer-once')).toBe(t('lessons.captcha.wrong'))
  })
})

describe('The projector’s view, without JavaScript', () => {
  it('shows a pane alone, at the whole width of the screen, in letters of 28 pixels and without scrolling sideways', async () => {
    const viewport = { width: 1920, height: 1080 }
    const page = await site.visitor({ viewport, javaScriptEnabled: false })
    await page.goto('/lessons/visits?view=projector')
    await follow(page, () => page.locator('#try button').click())

    for (const pane of ['travelled', 'stored', 'code', 'ask', 'try']) {
      const link = page.locator('.panes').getByText(t(`lessons.panes.${pane}`), { exact: true })
      await follow(page, () => link.click())

      const box = await page.locator(`#${pane}`).boundingBox()
      expect(await page.evaluate<string[]>(VISIBLE)).toEqual([pane])
      expect(box?.width).toBeGreaterThan(1800)
      expect(await page.evaluate<number>(SMALLEST)).toBeGreaterThanOrEqual(28)
      expect(await page.evaluate<number>(WIDEST)).toBeLessThanOrEqual(1920)
    }
  })
})

describe('On a desk', () => {
  it.each([true, false])(
    'a press keeps the place, and what travelled and is stored is in sight beside it (script: %s)',
    async (javaScriptEnabled) => {
      const viewport = { width: 1280, height: 720 }
      const page = await site.visitor({ viewport, javaScriptEnabled })
      await page.goto('/lessons/secret')
      const button = page.locator('[formaction$="/after/visit"]')
      await button.scrollIntoViewIfNeeded()
      const before = await button.boundingBox()

      await follow(page, () => button.click())

      const after = await button.boundingBox()
      const panes = page.locator('#travelled .request, #stored h3 + p')
      const tops = await Promise.all([panes.first(), panes.last()].map((one) => one.boundingBox()))
      expect(tops.map((box) => box !== null && box.y > 0 && box.y < 720)).toEqual([true, true])
      expect(tops.map((box) => box !== null && box.x > (after?.x ?? 0))).toEqual([true, true])
      if (javaScriptEnabled) expect(after?.y).toBeCloseTo(before?.y ?? 0, -1)
      else expect(new URL(page.url()).hash).toBe('#try')
    },
  )
})

describe('With JavaScript', () => {
  it('panes follow what another tab does, and what was folded open stays so', async () => {
    const page = await site.visitor()
    const other = await page.context().newPage()
    await page.goto('/lessons/visits')
    await other.goto('/lessons/visits')

    await follow(other, () => other.locator('#try button').click())
    await page.locator('#stored pre', { hasText: '"visits": 1' }).first().waitFor()
    await page.locator('.cookie summary').click()
    await follow(other, () => other.locator('#try button').click())
    await page.locator('#stored pre', { hasText: '"visits": 2' }).first().waitFor()

    expect(await page.locator('#count').innerText()).toBe(t('lessons.visits.count', { count: 2 }))
    const open = await page.locator('.exchanges > li:nth-child(2) details').getAttribute('open')
    expect(open).not.toBeNull()
    expect(await page.locator('details.cookie[open]').count()).toBe(1)
    await page.goto('/home')
    const requests = await page.locator('.x-ray .request').allTextContents()
    expect(requests.filter((one) => one.includes('/lessons/visits'))).toHaveLength(4) // pages, and no refreshing
  })

  it('a clock counts down', async () => {
    const page = await site.visitor()
    await page.goto('/lessons/visits')
    await follow(page, () => page.locator('#try button').click())
    const clock = page.locator('#stored [data-until]')
    const before = await clock.innerText()

    await page.locator('#stored [data-until]').filter({ hasNotText: before }).waitFor()

    expect(parseInt(await clock.innerText())).toBeLessThan(parseInt(before))
  })

  it('the projector shows one pane at a time, by keys, also after a button was pressed', async () => {
    const page = await site.visitor()
    await page.goto('/lessons/visits')
    await follow(page, () => page.getByText(t('lessons.projector')).click())

    const shown = []
    for (const key of ['2', 'ArrowRight', '5', 'ArrowRight', 'ArrowLeft', '0', 'ArrowRight']) {
      await follow(page, () => page.keyboard.press(key))
      shown.push((await page.evaluate<string[]>(VISIBLE)).join())
    }
    await follow(page, () => page.locator('#try button').click())

    const all = 'try,travelled,stored,code,ask'
    expect(shown).toEqual(['travelled', 'stored', 'ask', 'ask', 'code', all, 'try'])
    expect(await page.evaluate<string[]>(VISIBLE)).toEqual(['try'])
    await follow(page, () => page.getByText(t('lessons.ordinary')).click())
    await page.keyboard.press('2')
    expect((await page.evaluate<string[]>(VISIBLE)).join()).toBe(all)
  })

  it('the x-ray opens by keyboard and shows who is signed in', async () => {
    const page = await site.visitor()
    const { username } = await register(page)
    await signIn(page, username)
    await page.goto('/home')
    const session = page.locator('#x-ray-stored pre').first()
    expect(await session.isVisible()).toBe(false)

    const isReached = () => page.evaluate<boolean>('document.activeElement.id === "x-ray-title"')
    for (let count = 0; count < 20 && !(await isReached()); count++)
      await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')

    expect(await session.innerText()).toContain(username)
  })
})

describe('A real browser between two sites', () => {
  it('lets a front end read and send what CORS and SameSite allow, and no more', async () => {
    const page = await site.visitor()
    await page.goto('/lessons/cross-origin')
    const [none, found] = ['undefined', 'string'].map((type) => `req.session.code: ${type}`)
    const blocked = t('lessons.cross-origin.blocked')
    const outcomes: Record<string, (string | undefined)[]> = {}

    for (const how of ['closed', 'document', 'lax', 'none', 'partitioned']) {
      await page.locator(`[data-ask=${how}]`).click()
      const outputs = page.locator(`#${how} output`)
      await outputs.last().filter({ hasText: /./ }).waitFor()
      outcomes[how] = await outputs.allTextContents()
    }

    // Some browsers block third-party cookies: then the page says so, and the partitioned one is found all the same.
    const keptBack = `${none ?? ''}. ${t('lessons.cross-origin.kept-back')}`
    expect([found, keptBack]).toContain(outcomes.none?.[1])
    expect(outcomes).toEqual({
      closed: [blocked, blocked],
      document: [none, blocked],
      lax: [none, none],
      none: [none, outcomes.none?.[1]],
      partitioned: [none, found],
    })
  })

  it('shows scripts no HttpOnly cookie, and brings a Lax one along from another site, but no Strict one', async () => {
    const page = await site.visitor()
    await page.goto('/lessons/flags')
    for (const kind of ['closed', 'open', 'strict', 'lax', 'none']) {
      await follow(page, () => page.locator(`#${kind} button`).click())
    }
    const read = await page.locator('[data-script-reads] code').innerText()
    const links = page.locator('a[href$="/try/arrive"]')

    await follow(page, () => links.first().click())
    const within = await page.locator('#outcome').innerText()
    await follow(page, () => links.last().click())
    await follow(page, () => links.last().click())

    expect(read).toBe('flags-open.sid')
    expect(within).toContain('flags-strict.sid')
    expect(within).not.toContain('flags-none.sid')
    const arrived = await page.locator('#outcome').innerText()
    expect(arrived).toContain('flags-lax.sid')
    expect(arrived).not.toContain('flags-strict.sid')
  })
})

const VISIBLE = `[...document.querySelectorAll('.pane')]
  .filter((pane) => pane.checkVisibility())
  .map(({ id }) => id)`

// The size of the smallest letters of a lesson that can be seen, in pixels, and how far to the right anything goes.
const SMALLEST = `Math.min(...[...document.querySelectorAll('[data-lesson] *')]
  .filter((one) => one.checkVisibility() && [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
  .map((one) => parseFloat(getComputedStyle(one).fontSize)))`
const WIDEST = `Math.max(...[...document.querySelectorAll('[data-lesson], [data-lesson] *')]
  .filter((one) => one.checkVisibility())
  .map((one) => one.getBoundingClientRect().left + one.scrollWidth))`

async function look(page: Page, schemes: readonly (typeof SCHEMES)[number][]) {
  return {
    lang: await page.evaluate<string>('document.documentElement.lang'),
    width: await page.evaluate<number>('document.documentElement.scrollWidth'),
    barriers: schemes.length > 0 ? await violations(page, schemes) : [],
  }
}

/**
 * Press each button of a lesson once, also those that appear meanwhile, with the browser's cookies. What comes of each press is
 * read but not drawn, which takes far longer: the tests below press in the browser. How many there were.
 */
async function pressAll(page: Page, path: string): Promise<number> {
  const pressed = new Set<string>()
  for (let answer = await page.request.get(path); ;) {
    expect(answer.status()).toBeLessThan(400)
    const shown = parse(await answer.text())
    const next = shown.querySelectorAll('#try form button').map(deedOf)
    const deed = next.find((one) => !pressed.has(JSON.stringify(one)))
    if (!deed) return pressed.size
    pressed.add(JSON.stringify(deed))
    const { method, address, fields } = deed
    answer = await page.request.fetch(address, { method, form: fields })
  }
}

// What a button does: where its form goes, with which fields. Not where it stands, for buttons come and go.
function deedOf(button: HTMLElement) {
  const form = button.closest('form')
  const inputs = form?.querySelectorAll('input') ?? []
  const fields = inputs.map((input) => [
    input.getAttribute('name'),
    input.hasAttribute('required') ? '123456' : (input.getAttribute('value') ?? ''),
  ])
  const name = button.getAttribute('name')
  if (name !== undefined) fields.push([name, button.getAttribute('value') ?? ''])
  return {
    method: form?.getAttribute('method') ?? 'get',
    address: button.getAttribute('formaction') ?? form?.getAttribute('action') ?? '',
    fields: Object.fromEntries(fields) as Record<string, string>,
  }
}
