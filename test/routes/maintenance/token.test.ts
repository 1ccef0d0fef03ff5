// The link with which whoever has closed the site comes in.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { environmentOf, run } from '../../cli/command.ts'
import { openSite, type Site } from '../../helper.ts'
import { cookiesOf } from '../../visitor.ts'

let site: Site
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  site = await openSite()
})
afterAll(async () => {
  vi.useRealTimers()
  await site.close()
})

const close = async () => {
  const { out } = await run(['down'], environmentOf(site))
  vi.setSystemTime(Date.now() + 2000)
  return new URL(out.trim()).pathname
}

describe('GET /maintenance/:token', () => {
  it('lets in whoever opens its link, until another one is made', async () => {
    const path = await close()
    const operator = site.visitor()

    const opened = await operator.get(path)

    expect([opened.status, opened.headers.location]).toEqual([303, '/home'])
    expect(cookiesOf(opened).bypass?.flags).toEqual(
      expect.arrayContaining(['httponly', 'samesite=lax']),
    )
    expect((await operator.registerAndSignIn()).username).toBeDefined()
    expect((await operator.get('/account')).status).toBe(200)
    const stranger = site.visitor()
    await stranger.get(`${path}x`)
    expect((await stranger.get('/home')).status).toBe(503)
    await close()
    expect((await operator.get('/account')).status).toBe(503)
    expect(site.log.join('\n')).not.toContain(path.slice('/maintenance/'.length))
  })
})
