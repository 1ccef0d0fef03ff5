// The key of an app that is being set up as a QR code: for its owner alone, and kept by nobody.
import decodeQR from 'qr/decode.js'
import { Resvg } from '@resvg/resvg-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, type Site } from '../../../helper.ts'
import { page } from '../../../visitor.ts'

const PATH = '/account/two-factor/picture'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

describe(`GET ${PATH}`, () => {
  it('is a QR code of the address that the page links to, and is not stored', async () => {
    const visitor = site.visitor()
    await visitor.becomeMember()
    expect((await visitor.get(PATH)).status).toBe(404)
    await visitor.fill('/account/two-factor', {})
    const shown = page(await visitor.get('/account/two-factor'))

    const picture = await visitor.get(PATH)

    const link = shown.querySelector('a[href^="otpauth:"]')?.getAttribute('href') ?? ''
    const { pixels, width, height } = new Resvg(picture.body as Buffer, {
      background: '#fff',
      fitTo: { mode: 'width', value: 480 },
    }).render()
    expect(decodeQR({ width, height, data: pixels })).toBe(link.replaceAll('&amp;', '&'))
    expect(picture.type).toBe('image/svg+xml')
    expect(picture.headers['cache-control']).toBe('no-store')
    expect(picture.headers['content-security-policy']).toContain("default-src 'none'")
  })
})
