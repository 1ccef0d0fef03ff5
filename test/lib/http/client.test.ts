// The HTTP client: its cookies are a browser's, and it says how a request failed.
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { formRequest, HttpClient } from '../../../lib/http/client.ts'

let server: Server
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

async function clientOf(listener: RequestListener): Promise<HttpClient> {
  server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return new HttpClient(`http://127.0.0.1:${port}`)
}

describe('The HTTP client', () => {
  it('sends back the cookies that it was given, as they were written, and drops those that are over', async () => {
    const answers = [
      ['a=s%3A1.x; Path=/; HttpOnly', 'b=2; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT'],
      ['a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT', 'c=3'],
      ['c=3; Max-Age=0'],
      [],
    ]
    const client = await clientOf((req, res) => {
      res.setHeader('Set-Cookie', answers.shift() ?? []).end(req.headers.cookie)
    })

    const sent: string[] = []
    for (const path of ['/1', '/2', '/3', '/4']) sent.push((await client.send({ path })).text)

    expect(sent).toEqual(['', 'a=s%3A1.x; b=2', 'b=2; c=3', 'b=2'])
  })

  it('sends a form as a browser does, and follows no redirect', async () => {
    const client = await clientOf((req, res) => {
      req.setEncoding('utf8').once('data', (body) => {
        const { 'content-type': type, 'content-length': length } = req.headers
        res.writeHead(303, { Location: '/' }).end([type, length, body].join(' '))
      })
    })

    const answer = await client.send(formRequest('/login', { name: 'a b', text: 'ü' }))

    expect(answer.status).toBe(303)
    expect(answer.text).toBe('application/x-www-form-urlencoded 20 name=a+b&text=%C3%BC')
  })

  it('tells an answer that never comes, or never ends, from a connection that is cut or refused', async () => {
    const client = await clientOf((req, res) => {
      if (req.url === '/cut') req.socket.destroy()
      if (req.url === '/endless') res.write('and so on')
    })
    const codeOf = (path: string, timeout?: number) =>
      client
        .send({ path, timeout })
        .catch((error: unknown) => (error as NodeJS.ErrnoException).code)

    expect(await codeOf('/silent', 50)).toBe('ETIMEDOUT')
    expect(await codeOf('/endless', 50)).toBe('ETIMEDOUT')
    expect(await codeOf('/cut')).toBe('ECONNRESET')

    server.closeAllConnections()
    server.close()
    expect(await codeOf('/closed')).toBe('ECONNREFUSED')
  })
})
