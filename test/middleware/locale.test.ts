// The browser's wish for a language is heard on every page, and caches are told that it was.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { brand } from '../../config/site.ts'
import { openSite, type Site } from '../helper.ts'
import { page } from '../visitor.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

describe('GET /home', () => {
  it.each([
    'zh',
    'zh-CN',
    'zh-TW',
    'zh-HK',
    'zh-Hant-HK',
    'ZH-cn',
    'zh-CN,zh;q=0.9,en;q=0.8',
    'tlh, zh;q=0.5',
    'en;q=0.5, zh-TW;q=0.9',
  ])('is Chinese for Accept-Language: %s', async (language) => {
    const answer = await site.visitor().get('/home', { 'Accept-Language': language })

    expect(page(answer).querySelector('html')?.getAttribute('lang')).toBe('zh-CN')
    expect(answer.headers['content-language']).toBe('zh-CN')
    expect(page(answer).querySelector('h1')?.text).toBe(brand.welcome['zh-CN'])
  })

  it.each([
    'en',
    'en-GB',
    'tlh', // Klingon: whatever languages are added, hardly this one
    'en, zh;q=0.9',
    'zh;q=0, en',
    '*',
    'zhx',
    'x'.repeat(2000),
    ';;q=,',
  ])('is English for Accept-Language: %s', async (language) => {
    const answer = await site.visitor().get('/home', { 'Accept-Language': language })

    expect(answer.status).toBe(200)
    expect(page(answer).querySelector('html')?.getAttribute('lang')).toBe('en')
    expect(page(answer).querySelector('h1')?.text).toBe(brand.welcome.en)
  })

  it('is English for who names no language', async () => {
    const answer = await site.visitor().get('/home')

    expect(page(answer).querySelector('html')?.getAttribute('lang')).toBe('en')
  })

  it.each(['locale=tlh', 'locale=', 'locale=__proto__', 'locale=..%2F..%2Fpackage', 'locale=%00'])(
    'ignores the unknown choice %s',
    async (Cookie) => {
      const answer = await site.visitor().get('/home', { Cookie, 'Accept-Language': 'zh' })

      expect(answer.status).toBe(200)
      expect(page(answer).querySelector('html')?.getAttribute('lang')).toBe('zh-CN')
    },
  )
})

describe.each(['/', '/home', '/login', '/account', '/no-such-page'])('GET %s', (path) => {
  it('says that it varies with the language and the cookie', async () => {
    const answer = await site.visitor().get(path)

    const vary = (answer.headers.vary ?? '').toLowerCase().split(/, */)
    expect(vary).toEqual(expect.arrayContaining(['accept-language', 'cookie']))
  })
})

describe.each([
  [404, '/no-such-page'],
  [405, '/locale'],
])('the refusal %s of GET %s', (status, path) => {
  it('speaks Chinese too', async () => {
    const answer = await site.visitor().get(path, { 'Accept-Language': 'zh-CN' })

    expect(answer.status).toBe(status)
    expect(page(answer).querySelector('html')?.getAttribute('lang')).toBe('zh-CN')
    expect(page(answer).querySelector('h1')?.text).toBe(
      translator('zh-CN')(`error.${status.toString()}.title`),
    )
  })
})
