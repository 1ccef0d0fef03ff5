// Whose word counts for the id of a request: that of our own proxy, and nobody else's.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, type Site } from '../../helper.ts'
import { newPerson } from '../../visitor.ts'

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/
const GIVEN = 'proxy_0123-4567-89ab'

let open: Site
let behindProxy: Site
let behindAnother: Site
beforeAll(async () => {
  open = await openSite()
  behindProxy = await openSite({ TRUST_PROXY: '1' })
  behindAnother = await openSite({ TRUST_PROXY: '192.0.2.7' })
})
afterAll(() => open.close())

describe('X-Request-Id', () => {
  it('of a trusted proxy is the id of the answer, of the lines and of the error’s page', async () => {
    const before = behindProxy.log.length

    const answer = await behindProxy.visitor().get('/no-such-page', { 'X-Request-Id': GIVEN })

    const lines = behindProxy.log.slice(before)
    expect(answer.headers['x-request-id']).toBe(GIVEN)
    expect(answer.text).toContain(`<code>${GIVEN}</code>`)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(`"requestId":"${GIVEN}"`)
  })

  it('of a trusted proxy names security events and problem documents too', async () => {
    const visitor = behindProxy.visitor()
    const headers = { 'X-Request-Id': GIVEN, Accept: 'application/json' }
    const before = behindProxy.log.length

    const answer = await visitor.post('/login', newPerson(), headers)

    const lines = behindProxy.log.slice(before).filter((line) => line.includes(GIVEN))
    expect(answer.body).toMatchObject({ instance: `urn:sesame:request:${GIVEN}` })
    expect(lines.map((line) => (JSON.parse(line) as { event?: string }).event)).toEqual([
      'csrf-refused',
      undefined,
    ])
  })

  it.each([
    ['too short', 'short'],
    ['too long', 'x'.repeat(65)],
    ['another line', '01234567 GET /home 200'],
    ['markup', '<b>01234567</b>'],
    ['two of them', '0123456789, 9876543210'],
  ])('of a trusted proxy is not taken if it is %s (ASVS 16.4.1)', async (_what, given) => {
    const answer = await behindProxy.visitor().get('/home', { 'X-Request-Id': given })

    expect(answer.headers['x-request-id']).toMatch(UUID)
  })

  it.each([
    ['where no proxy is trusted', () => open],
    ['where another address is the proxy', () => behindAnother],
  ])('of anybody else is not taken: %s', async (_where, site) => {
    const before = site().log.length

    const answer = await site().visitor().get('/home', { 'X-Request-Id': GIVEN })

    expect(answer.headers['x-request-id']).toMatch(UUID)
    expect(site().log.slice(before).join()).not.toContain(GIVEN)
  })
})
