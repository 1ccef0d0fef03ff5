// The steps of a visit, in any language and with or without JavaScript: fields by their names, buttons by their forms.
import type { Page } from 'playwright-core'
import { CAPTCHA, validPassword } from '../helper.ts'
import { newPerson, type Fields } from '../visitor.ts'

/** Press a button or link and wait until the page it leads to is there, pictures included. */
export async function follow(page: Page, press: () => Promise<unknown>): Promise<void> {
  await Promise.all([page.waitForEvent('load'), press()])
}

/** Type into the fields of the page's form. */
export async function fill(page: Page, fields: Fields): Promise<void> {
  for (const [name, value] of Object.entries(fields)) {
    const field = page.locator(`main [name=${name}]`)
    // A form may not ask for a captcha where one was just answered.
    if (name !== 'captcha' || (await field.count()) > 0) await field.fill(value)
  }
}

/** Send the page's form with its own button, and wait for the next page, or for the same one that shows a refusal in place. */
export async function submit(page: Page): Promise<void> {
  const loaded = page.waitForEvent('load')
  loaded.catch(() => undefined) // nothing is loaded where the script shows a refusal
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.request().method() === 'POST'),
    page.locator('main form:not([data-passkey]) button[type=submit]').click(),
  ])
  const isInPlace = !answer.request().isNavigationRequest() && answer.status() !== 204
  if (isInPlace) {
    await page.locator('[aria-busy=true]').waitFor({ state: 'detached' })
    await page.locator('main img').evaluateAll(whenLoaded)
  } else {
    await loaded
  }
}

/** Wait, in the browser, until pictures are there. */
async function whenLoaded(pictures: unknown[]): Promise<void> {
  await Promise.all((pictures as { decode: () => Promise<void> }[]).map((one) => one.decode()))
}

/** Follow the link of the newest mail in the mailbox that is shown. */
export async function followMail(page: Page): Promise<void> {
  await follow(page, () => page.locator('.letter a').first().click())
}

/** Create an account; the page is then the sign-in page. */
export async function register(page: Page) {
  const person = newPerson()
  await page.goto('/register')
  await fill(page, { ...person, captcha: CAPTCHA })
  await submit(page)
  return person
}

/** Sign in on the sign-in page that is shown. */
export async function signIn(page: Page, username: string): Promise<void> {
  await fill(page, { username, password: validPassword, captcha: CAPTCHA })
  await submit(page)
}

/** Sign out from any page; the page is then the sign-in page. */
export async function signOut(page: Page): Promise<void> {
  await follow(page, () => page.locator('nav a[href="/logout"]').click())
  await submit(page)
}

/** The page's address within the site. */
export function where(page: Page): string {
  const { pathname, search } = new URL(page.url())
  return pathname + search
}
