// A page that is left open: it warns before its session ends, and becomes the sign-in page after.
import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { sessionsOf } from '../documents.ts'
import { violations } from './axe.ts'
import { openBrowserSite, type BrowserSite } from './browser.ts'
import { fill, follow, register, signIn, where } from './steps.ts'

const MINUTE = 60_000
const t = translator('en')

let browser: BrowserSite
beforeAll(async () => {
  browser = await openBrowserSite()
})
afterAll(() => browser.close())

/** Somebody who has just signed in and looks at their account. */
async function memberWith(options: BrowserContextOptions = {}) {
  const page = await browser.visitor(options)
  if (options.javaScriptEnabled !== false) await page.clock.install()
  const { username } = await register(page)
  await signIn(page, username)
  expect(where(page)).toBe('/account')
  return { page, username }
}

const notice = (page: Page) => page.locator('.expiry-warning')
const isShown = (page: Page) => notice(page).isVisible()

/** Let the server's time pass for the sessions of this person. */
async function age(username: string, milliseconds: number) {
  const found = await sessionsOf(browser.site).findOne({ 'session.username': username })
  const { _id, lastActive, expires } = found as unknown as Record<string, Date> & { _id: string }
  const earlier = (date?: Date) => new Date((date?.getTime() ?? 0) - milliseconds)
  await sessionsOf(browser.site).updateOne(
    { _id },
    { $set: { lastActive: earlier(lastActive), expires: earlier(expires) } },
  )
}

const endOf = async (username: string) =>
  (await sessionsOf(browser.site).findOne({ 'session.username': username }))?.expires.getTime() ?? 0

describe('A page that is left open', () => {
  it('warns two minutes before the end, and its link keeps the session and what was typed', async () => {
    const { page, username } = await memberWith()
    await page.goto('/account/email')
    await fill(page, { email: 'new@example.com' })
    await page.clock.fastForward(27 * MINUTE)
    expect(await isShown(page)).toBe(false)

    await page.clock.fastForward(1.5 * MINUTE)
    expect(await isShown(page)).toBe(true)
    expect(await notice(page).getByRole('status').textContent()).toBe(t('expiry-warning.text'))

    await age(username, 28.5 * MINUTE)
    await notice(page)
      .getByRole('link', { name: t('expiry-warning.stay') })
      .click()
    await notice(page).waitFor({ state: 'hidden' })
    expect(await page.locator('[name=email]').inputValue()).toBe('new@example.com')
    expect(await endOf(username)).toBeGreaterThan(Date.now() + 29 * MINUTE)
  })

  it('becomes the sign-in page that says why and leads back', async () => {
    const { page, username } = await memberWith()
    await age(username, 32 * MINUTE)

    await follow(page, () => page.clock.fastForward(32 * MINUTE))
    await page.waitForURL('**/login?*')

    expect(where(page)).toBe('/login?next=%2Faccount')
    expect(await page.getByRole('status').textContent()).toBe(t('notice.ended-idle'))
    await signIn(page, username)
    expect(where(page)).toBe('/account')
  })

  it('waits on while another page of the same browser is used', async () => {
    const { page } = await memberWith()
    await page.clock.fastForward(29 * MINUTE)
    expect(await isShown(page)).toBe(true)

    const other = await page.context().newPage()
    await other.goto('/home')

    await vi.waitFor(async () => {
      expect(await isShown(page)).toBe(false)
    }, 60_000)
    await page.clock.fastForward(27 * MINUTE) // long after its own end
    expect([where(page), await isShown(page)]).toEqual(['/account', false])
    await page.clock.fastForward(2 * MINUTE)
    expect([await isShown(page), await isShown(other)]).toEqual([true, true])
  })

  it.each(['light', 'dark'] as const)(
    'warns in a way that axe finds nothing in, %s',
    async (colorScheme) => {
      const { page } = await memberWith({ colorScheme })
      await page.clock.fastForward(29 * MINUTE)
      expect(await isShown(page)).toBe(true)

      await page.clock.resume() // axe waits by timers

      expect(await violations(page)).toEqual([])
    },
  )
})

describe('Without JavaScript, a page that is left open', () => {
  it.each(['reduce', 'no-preference'] as const)(
    'warns some minutes before the end, in steps of five, and its link keeps the session, with motion: %s',
    async (reducedMotion) => {
      const { page, username } = await memberWith({ javaScriptEnabled: false, reducedMotion })
      await age(username, 10 * MINUTE)
      expect(await isShown(page)).toBe(false)

      const delays = await page.evaluate(
        `document.getAnimations().map((one) => (one.finish(), one.effect.getTiming().delay))`,
      )
      expect(delays).toEqual([25 * MINUTE])
      expect(await isShown(page)).toBe(true)

      await follow(page, () =>
        notice(page)
          .getByRole('link', { name: t('expiry-warning.stay') })
          .click(),
      )
      expect(where(page)).toBe('/account')
      expect(await endOf(username)).toBeGreaterThan(Date.now() + 29 * MINUTE)
    },
  )
})

describe('A page of an anonymous visitor', () => {
  it('warns of nothing', async () => {
    const page = await browser.visitor()

    await page.goto('/home')

    expect(await notice(page).count()).toBe(0)
  })
})
