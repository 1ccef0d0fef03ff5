// GET /.well-known/passkey-endpoints: where password managers send people for a passkey.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, type Site } from '../../helper.ts'

let site: Site
beforeAll(async () => {
  site = await openSite({ BASE_URL: 'https://sign-in.example' })
})
afterAll(() => site.close())

describe('GET /.well-known/passkey-endpoints', () => {
  it('names the page of the passkeys, at the configured address', async () => {
    const answer = await site.visitor().get('/.well-known/passkey-endpoints')

    const page = 'https://sign-in.example/account/passkeys'
    expect(answer.headers['content-type']).toContain('application/json')
    expect(answer.body).toEqual({ enroll: page, manage: page })
  })
})
