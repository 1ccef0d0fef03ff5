// Whose address is counted: without a trusted proxy the connection's own, whatever a header says (ASVS 4.1.3).
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, type Site } from '../helper.ts'
import type { Visitor } from '../visitor.ts'

let site: Site
let behindProxy: Site
beforeAll(async () => {
  site = await openSite({ THROTTLE: 'on', CAPTCHA: 'off' })
  behindProxy = await openSite({ THROTTLE: 'on', CAPTCHA: 'off', TRUST_PROXY: '1' })
})
afterAll(() => site.close())

describe('POST /login', () => {
  it('is refused after five failures, though each names another address in X-Forwarded-For (ASVS 6.3.1)', async () => {
    const statuses = await failures(site, 'forged', (time) => `198.51.100.${time}`)

    expect(statuses).toEqual([422, 422, 422, 422, 422, 429])
  })

  it('is refused behind a trusted proxy too, though each names another address before the one the proxy saw', async () => {
    const statuses = await failures(behindProxy, 'forged', (time) => `1.1.1.${time}, 203.0.113.5`)

    expect(statuses).toEqual([422, 422, 422, 422, 422, 429])
  })

  it('is not refused behind a trusted proxy that saw six visitors', async () => {
    const statuses = await failures(behindProxy, 'honest', (time) => `203.0.113.${time + 10}`)

    expect(statuses).toEqual([422, 422, 422, 422, 422, 422])
  })
})

async function failures(site: Site, username: string, addressOf: (time: number) => string) {
  const visitor: Visitor = site.visitor()
  const statuses: number[] = []
  while (statuses.length < 6) {
    const headers = { 'X-Forwarded-For': addressOf(statuses.length) }
    const { status } = await visitor.signIn({ username, password: 'wrong' }, headers)
    statuses.push(status)
  }
  return statuses
}
