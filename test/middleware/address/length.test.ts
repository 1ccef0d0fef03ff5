// What is too long to be read at the price of an ordinary request.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../../config/i18n.ts'
import { openSite, type Site } from '../../helper.ts'
import { page } from '../../visitor.ts'

const long = 'x,'.repeat(4097)

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

describe('A request that is too long', () => {
  it.each([
    ['a path', `/css/${'../'.repeat(3000)}`, {}],
    ['a query', `/login?next=/${long}`, {}],
    ['an Accept header', '/healthz', { Accept: long }],
    ['an Accept-Language header', '/login', { 'Accept-Language': `zh,${long}` }],
    ['another header', '/', { 'X-Anything': long }],
  ])('by %s gets 431 and a page', async (_what, path, headers) => {
    const answer = await site.visitor().get(path, { Cookie: 'locale=zh-CN', ...headers })

    expect(answer.status).toBe(431)
    expect(page(answer).querySelector('h1')?.text).toBe(translator('zh-CN')('error.413.title'))
    expect(answer.text).not.toContain(long)
  })

  it('gets a problem document where it asks for JSON', async () => {
    const answer = await site.visitor().get(`/login?next=/${long}`, { Accept: 'application/json' })

    expect(answer.body).toMatchObject({ status: 431, type: 'urn:sesame:problem:too-large' })
  })

  it('is answered as usual up to 8 KiB', async () => {
    const answer = await site.visitor().get(`/login?next=/${'x'.repeat(8000)}`)

    expect(answer.status).toBe(200)
  })
})
