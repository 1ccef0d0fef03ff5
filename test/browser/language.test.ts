// The site in Chinese: as the browser asks, or as the visitor chooses, with JavaScript off.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { brand, textIn } from '../../config/site.ts'
import { openBrowserSite, type BrowserSite } from './browser.ts'
import { follow, register, signIn, signOut, submit, where } from './steps.ts'

const javaScriptEnabled = false

let site: BrowserSite
beforeAll(async () => {
  site = await openBrowserSite()
})
afterAll(() => site.close())

describe('In Chinese', () => {
  for (const locale of ['zh-CN', 'zh-TW', 'zh']) {
    it(`a browser that asks for ${locale} is answered`, async () => {
      const page = await site.visitor({ locale })

      await page.goto('/home')

      expect(await language(page)).toBe('zh-CN')
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(
        brand.welcome['zh-CN'],
      )
    })
  }

  it('a person registers, is refused, signs in and signs out', async () => {
    const page = await site.visitor({ locale: 'zh-CN', javaScriptEnabled })

    const { username } = await register(page)
    expect(await page.getByRole('status').textContent()).toContain('账号已注册')
    await submit(page)
    expect(await page.getByRole('alert').textContent()).toContain('有 1 处需要修改。')
    expect(await page.title()).toBe(`错误：登录 · ${textIn(brand.name, 'zh-CN')}`)
    await signIn(page, username)
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('我的账号')
    await page.goto('/home')
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(`你好 ${username}`)
    await signOut(page)

    expect(await page.getByRole('status').textContent()).toBe('已退出登录。')
  })
})

describe('The language button', () => {
  it('changes the language of this page and of all that follow, and back', async () => {
    const page = await site.visitor({ javaScriptEnabled })
    await page.goto('/login?next=%2Fhome')

    await follow(page, () => page.getByRole('button', { name: '中文' }).click())
    expect(where(page)).toBe('/login?next=%2Fhome')
    expect(await language(page)).toBe('zh-CN')
    await page.goto('/register')
    expect(await language(page)).toBe('zh-CN')

    await follow(page, () => page.getByRole('button', { name: 'English' }).click())
    expect(where(page)).toBe('/register')
    expect(await language(page)).toBe('en')
  })

  it('outweighs what the browser asks for', async () => {
    const page = await site.visitor({ locale: 'zh-CN', javaScriptEnabled })
    await page.goto('/home')

    await follow(page, () => page.getByRole('button', { name: 'English' }).click())

    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(brand.welcome.en)
  })

  it('works on the page of an error', async () => {
    const page = await site.visitor({ javaScriptEnabled })
    await page.goto('/no/such/page')

    await follow(page, () => page.getByRole('button', { name: '中文' }).click())

    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('页面不存在')
  })

  it('is marked where it names the language of the page', async () => {
    const page = await site.visitor()
    await page.goto('/home')

    expect(await page.locator('[name=locale][aria-current=true]').textContent()).toBe('English')
  })
})

async function language(page: Page): Promise<string | null> {
  return page.locator('html').getAttribute('lang')
}
