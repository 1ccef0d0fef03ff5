// A visit without friction, with a script and without: pressing twice is no failure, and nothing is typed twice that need not be.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { sessionsOf } from '../documents.ts'
import { CAPTCHA, uniqueUsername, validPassword } from '../helper.ts'
import { newPerson } from '../visitor.ts'
import { openBrowserSite, type BrowserSite } from './browser.ts'
import { fill, register, signIn, submit, where } from './steps.ts'

const t = translator('en')
const LATENCIES = [0, 100, 300] // milliseconds

let site: BrowserSite
beforeAll(async () => {
  site = await openBrowserSite()
})
afterAll(() => site.close())

describe.each([true, false])('With JavaScript: %s', (javaScriptEnabled) => {
  it('a button that is pressed twice tells of what was done, however far the site is away', async () => {
    await Promise.all(
      LATENCIES.map(async (latency) => {
        const page = await site.visitor({ javaScriptEnabled })
        let sent = 0
        page.on('request', (request) => (sent += request.method() === 'POST' ? 1 : 0))
        await slowDown(page, latency)

        await doEverythingTwice(page)

        if (javaScriptEnabled) expect(sent).toBe(6) // the second press is swallowed
      }),
    )
  })

  it('a wrong captcha is all that has to be typed again, or the password with it, and leads into the house', async () => {
    const page = await site.visitor({ javaScriptEnabled })
    const person = newPerson()
    await page.goto('/register')
    const other = await page.context().newPage()
    await other.goto('/login') // has a captcha of its own
    await fill(page, { ...person, captcha: 'WRONG' })
    const picture = await page.locator('.captcha img').getAttribute('src')

    await submit(page)

    expect(await valuesOf(page, ['username', 'email', 'password', 'captcha'])).toEqual([
      person.username,
      person.email,
      javaScriptEnabled ? person.password : '',
      '',
    ])
    expect(await page.locator('.captcha img').getAttribute('src')).not.toBe(picture)
    expect(await focus(page)).toBe(javaScriptEnabled ? 'captcha' : 'password')
    expect(await page.getByText(t('errors.password.again')).count()).toBe(javaScriptEnabled ? 0 : 1)
    expect(await page.locator('#captcha-error').textContent()).toBe(t('errors.captcha.wrong'))

    if (!javaScriptEnabled) await fill(page, { password: person.password })
    await fill(page, { captcha: CAPTCHA })
    await submit(page)
    expect([where(page), await focus(page)]).toEqual(['/login', 'password'])
    expect(await page.locator('[name=captcha]').count()).toBe(0)
    await fill(page, { password: person.password })
    await submit(page)
    expect(where(page)).toBe('/account')
  })

  it('a form that went stale, or came too late, is there again, filled in, and can be sent', async () => {
    const page = await site.visitor({ javaScriptEnabled })
    const { username } = await register(page)
    await signIn(page, username)
    await page.goto('/account/username')
    const newName = uniqueUsername()
    await fill(page, { username: newName, current: validPassword })
    await page.context().clearCookies()
    const other = await page.context().newPage()
    await other.goto('/login')
    await signIn(other, username)

    await submit(page)

    await untilTold(page, t('notice.form-stale'))
    const [kept, password] = await valuesOf(page, ['username', 'current'])
    expect([kept, password]).toEqual([newName, javaScriptEnabled ? validPassword : ''])
    await fill(page, { current: validPassword })
    await submit(page)
    await untilTold(page, t('notice.username-changed'))

    await page.goto('/account/email')
    const email = `${newName}@example.com`
    await fill(page, { email })
    const earlier = { $set: { 'session.confirmedAt': new Date(0) } }
    await sessionsOf(site.site).updateMany({ 'session.username': newName }, earlier)
    await submit(page)
    expect([where(page), await focus(page)]).toEqual([
      '/confirm?next=%2Faccount%2Femail',
      'current',
    ])
    await fill(page, { current: validPassword })
    await submit(page)
    await untilTold(page, t('notice.form-stale'))
    expect(await valuesOf(page, ['email'])).toEqual([email])
    await submit(page)
    await untilTold(page, t('notice.email-change-sent'))
  })
})

describe('A form that does not reach the site', () => {
  it('says so, keeps what was typed, and can be sent', async () => {
    const page = await site.visitor()
    const person = newPerson()
    await page.goto('/register')
    await fill(page, { ...person, captcha: CAPTCHA })

    await page.context().setOffline(true)
    await page.locator('main form button[type=submit]').click()
    await page
      .getByRole('alert')
      .filter({ hasText: t('form.unsent') })
      .waitFor()
    const typed = await valuesOf(page, ['username', 'password', 'captcha'])
    await page.context().setOffline(false)
    await submit(page)

    expect(typed).toEqual([person.username, person.password, CAPTCHA])
    expect(where(page)).toBe('/login')
  })
})

async function slowDown(page: Page, latency: number): Promise<void> {
  const network = await page.context().newCDPSession(page)
  const throughput = { downloadThroughput: -1, uploadThroughput: -1 } // unlimited
  await network.send('Network.enable')
  await network.send('Network.emulateNetworkConditions', { offline: false, latency, ...throughput })
}

/** Register, sign in, change the password and the name, sign out and ask for a reset, pressing each button twice. */
async function doEverythingTwice(page: Page): Promise<void> {
  const person = newPerson()
  const newName = uniqueUsername()
  const newPassword = 'another lantern in the cave'

  await page.goto('/register')
  await fill(page, { ...person, captcha: CAPTCHA })
  await pressTwice(page)
  await untilTold(page, t('notice.account-created'))

  await fill(page, { username: person.username, password: validPassword })
  await pressTwice(page)
  await page.getByRole('main').getByText(person.email).waitFor()

  await page.goto('/account/password')
  await fill(page, { current: validPassword, password: newPassword })
  await pressTwice(page)
  await untilTold(page, t('notice.password-changed'))

  await page.goto('/account/username')
  await fill(page, { username: newName, current: newPassword })
  await pressTwice(page)
  await untilTold(page, t('notice.username-changed'))
  await page.getByRole('main').getByText(newName, { exact: true }).waitFor()

  await page.goto('/logout')
  await pressTwice(page)
  await untilTold(page, t('notice.signed-out'))

  await page.goto('/password-reset')
  await fill(page, { email: person.email, captcha: CAPTCHA })
  await pressTwice(page)
  await untilTold(page, t('notice.reset-asked'))
}

async function pressTwice(page: Page): Promise<void> {
  // The button itself, so that a late second press does not meet one of the next page: that one is gone by then.
  const button = await page.locator('main form button[type=submit]').elementHandle()
  await button.dispatchEvent('click')
  await button.dispatchEvent('click').catch(() => undefined)
}

async function untilTold(page: Page, sentence: string): Promise<void> {
  await page.getByRole('status').filter({ hasText: sentence }).waitFor()
}

async function valuesOf(page: Page, names: string[]): Promise<string[]> {
  return Promise.all(names.map((name) => page.locator(`main [name=${name}]`).inputValue()))
}

async function focus(page: Page): Promise<unknown> {
  return page.evaluate('document.activeElement.name')
}
