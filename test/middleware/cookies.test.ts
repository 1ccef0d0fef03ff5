// Which cookies of a request are looked at.
import crypto from 'node:crypto'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { close, listen } from '../../bin/server.ts'
import { openSite, type Site } from '../helper.ts'
import { page, Visitor } from '../visitor.ts'

let site: Site
let server: Server
let visitor: () => Visitor
beforeAll(async () => {
  site = await openSite({ PORT: '0', LESSONS: 'on' })
  server = await listen(site.settings)
  server.on('request', site.app)
  visitor = () => new Visitor(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
afterAll(async () => {
  await close(server)
  await site.close()
})

const many = (name: (n: number) => string) =>
  Array.from({ length: 5000 }, (_, n) => `${name(n)}=s%3Aa.b`).join('; ')

describe('GET /login', () => {
  it.each([
    ['other names', many((n) => `c${n}`)],
    ['one name of the site', many(() => 'sid')],
    ['names of a lesson', many(() => 'md5.result')],
  ])('verifies no more than a few of 5000 signed cookies with %s', async (_what, Cookie) => {
    const sign = vi.spyOn(crypto, 'createHmac')

    const answer = await visitor().get('/login', { Cookie })

    const count = sign.mock.calls.length
    sign.mockRestore()
    expect(answer.status).toBe(200)
    expect(count).toBeLessThan(10)
  })

  it('finds a cookie of the site behind many others', async () => {
    const answer = await visitor().get('/login', { Cookie: `${many((n) => `c${n}`)};locale=zh-CN` })

    expect(page(answer).querySelector('html')?.getAttribute('lang')).toBe('zh-CN')
  })
})
