// What is said in another spelling is answered as its plain spelling is.
import { once } from 'node:events'
import { createServer, request, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { openSite, type Site } from '../../helper.ts'
import { cookiesOf } from '../../visitor.ts'

let site: Site
beforeAll(async () => {
  site = await openSite({ BASE_URL: 'https://sign-in.example', TRUST_PROXY: '1', CAPTCHA: 'off' })
})
afterAll(() => site.close())

describe('GET http://host/path', () => {
  it.each([
    ['http://sign-in.example/css/site.css', 'evil.example', 200],
    ['HTTP://Sign-In.Example/css/site.css', 'evil.example', 200],
    ['https://sign-in.example:443/login?next=%2Faccount', '127.0.0.1', 200],
    ['http://sign-in.example', '127.0.0.1', 302],
    ['http://sign-in.example?x=1', '127.0.0.1', 302],
    ['http://sign-in.example/account', '127.0.0.1', 303],
    ['http://evil.example/css/site.css', '127.0.0.1', 421],
    ['http://evil@127.0.0.1/css/site.css', '127.0.0.1', 421],
    ['http:///css/site.css', '127.0.0.1', 421],
  ])(
    '%s is judged by the host that it names, not by the header %s: %i',
    async (path, Host, status) => {
      const answer = await ask(path, Host)

      expect(answer.status).toBe(status)
    },
  )

  it('leads and links where its plain spelling does', async () => {
    const absolute = await ask('http://127.0.0.1/account?x=1', '127.0.0.1')
    const plain = await ask('/account?x=1', '127.0.0.1')

    expect(absolute.location).toBe('/login?next=%2Faccount%3Fx%3D1')
    expect(absolute.location).toBe(plain.location)
    expect((await ask('http://127.0.0.1/home', '127.0.0.1')).text).toContain(
      'name="next" value="/home"',
    )
  })
})

describe('X-Forwarded-Proto', () => {
  it.each(['https', 'HTTPS', 'Https', 'HTTPS, http'])('%s is HTTPS', async (scheme) => {
    const answer = await site.visitor().get('/login', { 'X-Forwarded-Proto': scheme })
    const { '__Host-csrf': csrf } = cookiesOf(answer)
    const Cookie = `__Host-csrf=${csrf?.value ?? ''}`

    const posted = await site
      .visitor()
      .post(
        '/login',
        { _csrf: decodeURIComponent(csrf?.value ?? ''), username: 'nobody', password: 'x' },
        { 'X-Forwarded-Proto': scheme, Cookie },
      )

    expect(posted.status).toBe(422)
  })
})

async function ask(path: string, Host: string) {
  const server = createServer(site.app).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const sent = request({ port, host: '127.0.0.1', path, headers: { Host }, agent: false }).end()
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  const { statusCode: status, headers } = answer
  return { status, location: headers.location, text: await text(answer) }
}
