// Who only looks around leaves nothing behind: a thousand requests without signing in, and not one session.
import { once } from 'node:events'
import { Agent, createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HttpClient, type HttpRequest } from '../lib/http/client.ts'
import { withoutSession, withSession } from '../routes/index.ts'
import { sessionsOf } from './documents.ts'
import { openSite, type Site } from './helper.ts'

const REQUESTS = 1000 // each of some hundred requests nearly ten times, beside others; the soak makes millions
const AT_ONCE = 32
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' }

let site: Site
let server: Server
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })
beforeAll(async () => {
  site = await openSite({ LOG_LEVEL: 'warn' })
  server = createServer(site.app).listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(async () => {
  agent.destroy()
  server.close()
  await site.close()
})

// Everything that can be asked without a captcha and without a passkey's challenge: each page, what is no page, and every form
// without a token.
const paths = [...withoutSession, ...withSession]
  .map(([path]) => path)
  .filter((path) => !['/captcha', '/login/passkey'].includes(path))
const asked: HttpRequest[] = [
  ...[...paths, '/no/such/page', '/login?next=%2Fhome'].flatMap((path) => [
    { method: 'GET', path },
    { method: 'HEAD', path },
    { method: 'GET', path, headers: { Cookie: 'sid=s%3Amade.up; csrf=made-up' } },
    { method: 'POST', path, headers: FORM },
  ]),
  { method: 'GET', path: '/css/site.css' },
  { method: 'PUT', path: '/login' },
  { method: 'OPTIONS', path: '/login' },
]

function* everyRequest(): Generator<HttpRequest> {
  for (let count = 0; count < REQUESTS;) {
    for (const one of asked) if (count++ < REQUESTS) yield one
  }
}

/** Ask as somebody new, and give the answer's status and whether it set a session cookie. */
async function ask(origin: string, request: HttpRequest) {
  const client = new HttpClient(origin, {}, agent)
  const { status } = await client.send(request)
  return { status, hasSession: client.cookies.has('sid') }
}

describe(`${REQUESTS} anonymous requests over all pages`, () => {
  it('leave no session, and none of them fails', async () => {
    const { port } = server.address() as AddressInfo
    const origin = `http://127.0.0.1:${port}`
    const statuses = new Set<number>()
    let count = 0
    let withCookie = 0
    const queue = everyRequest() // one for all visitors
    const visitors = Array.from({ length: AT_ONCE }, async () => {
      for (const one of queue) {
        const { status, hasSession } = await ask(origin, one)
        statuses.add(status)
        count++
        if (hasSession) withCookie++
      }
    })

    await Promise.all(visitors)

    expect(count).toBe(REQUESTS)
    expect([...statuses].sort()).toEqual([200, 204, 302, 303, 403, 404, 405, 422])
    expect(withCookie).toBe(0)
    expect(await sessionsOf(site).countDocuments()).toBe(0)
  })
})
