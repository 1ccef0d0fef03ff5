// Password managers find the form by the address that is the same everywhere.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, type Site } from '../../helper.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

describe('GET /.well-known/change-password', () => {
  it('leads to the form, and a page that is not there has another status', async () => {
    const visitor = site.visitor()

    const answer = await visitor.get('/.well-known/change-password')
    const other = await visitor.get('/.well-known/resource-that-should-not-exist')

    expect([answer.status, answer.headers.location]).toEqual([302, '/account/password'])
    expect(answer.headers).not.toHaveProperty('set-cookie')
    expect(other.status).toBe(404)
  })
})
