// The front door leads everybody to the account.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, type Site } from '../helper.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

describe('GET /', () => {
  it('leads an anonymous visitor to the account', async () => {
    const answer = await site.visitor().get('/')

    expect([answer.status, answer.headers.location]).toEqual([302, '/account'])
  })

  it('leads a member to the account', async () => {
    const member = site.visitor()
    await member.becomeMember()

    const answer = await member.get('/')

    expect([answer.status, answer.headers.location]).toEqual([302, '/account'])
  })

  it('stays on this site whatever host the request names', async () => {
    const forged = { 'X-Forwarded-Host': 'evil.example' }

    const answer = await site.visitor().get('/', { Host: 'localhost', ...forged })
    const evil = await site.visitor().get('/', { Host: 'evil.example', ...forged })

    expect(answer.headers.location).toBe('/account')
    expect([evil.status, evil.headers.location]).toEqual([421, undefined])
  })
})
