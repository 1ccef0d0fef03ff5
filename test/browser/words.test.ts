// The way of a person who can't see the picture: by what a screen reader says, with and without scripts.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { CAPTCHA, validPassword } from '../helper.ts'
import { newPerson } from '../visitor.ts'
import { openBrowserSite, type BrowserSite } from './browser.ts'
import { fill, follow, submit, where } from './steps.ts'

const t = translator('en')

let site: BrowserSite
beforeAll(async () => {
  site = await openBrowserSite()
})
afterAll(() => site.close())

describe.each([
  ['with scripts', true],
  ['without scripts', false],
])('A person who cannot see the picture, %s,', (_what, javaScriptEnabled) => {
  it('follows the link before it, answers a question in words and is registered', async () => {
    const page = await site.visitor({ javaScriptEnabled })
    const { username, email } = newPerson()
    await page.goto('/register')

    await follow(page, () => page.getByRole('link', { name: t('captcha.words') }).click())
    const question = await page.locator('label[for=captcha]').innerText()
    await fill(page, { username, email, password: validPassword, captcha: 'no idea' })
    await submit(page)
    const next = await page.locator('label[for=captcha]').innerText()

    expect(question).toMatch(/\?$|: .*,/)
    expect(await page.getByRole('textbox', { name: next }).inputValue()).toBe('')
    expect(await page.locator('[name=username]').inputValue()).toBe(username)
    expect(await page.locator('main img').count()).toBe(0)

    await fill(page, { password: validPassword, captcha: CAPTCHA })
    await submit(page)
    expect(where(page)).toBe('/login')
  })
})
