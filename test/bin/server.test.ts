// The HTTP server: how long a proxy may keep a connection, how long a request may take to arrive, and how it ends.
import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { close, listen } from '../../bin/server.ts'
import { settingsWith } from '../helper.ts'

describe('An idle connection', () => {
  it.each([
    [{}, 75], // balancers keep theirs for 60 seconds
    [{ KEEP_ALIVE_SECONDS: '120' }, 120],
  ])(
    'with %j is kept for %i seconds, and closed at once when the site stops',
    async (set, seconds) => {
      const server = await listen(settingsWith({ ...set, PORT: '0' }))
      const agent = new Agent({ keepAlive: true })
      onTestFinished(() => {
        agent.destroy()
        server.close()
      })
      server.on('request', (_req, res) => res.end('hello'))
      const { port } = server.address() as AddressInfo

      const sent = get({ port, host: '127.0.0.1', agent })
      const [answer] = (await once(sent, 'response')) as [IncomingMessage]
      const { socket } = answer // as long as it is there
      await text(answer)
      const closed = once(socket, 'close')
      await close(server)

      expect(answer.headers['keep-alive']).toBe(`timeout=${seconds}`)
      expect(server.keepAliveTimeout).toBe(seconds * 1000)
      await closed
    },
  )
})

describe('A request that never arrives as a whole', () => {
  it.each([
    ['headers', 'POST / HTTP/1.1\r\nHost: a\r\n'],
    ['body', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\na'],
  ])('is ended with 408 in the midst of its %s', async (_what, begun) => {
    const quickly = { headersTimeout: 100, requestTimeout: 200 }
    const server = await listen(settingsWith({ PORT: '0' }), {}, quickly)
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo

    const socket = connect(port, '127.0.0.1')
    socket.write(begun)
    const answer = await text(socket)

    expect(answer).toMatch(/^HTTP\/1\.1 408 /)
  })

  it('has ten seconds for its headers and twenty for all', async () => {
    const server = await listen(settingsWith({ PORT: '0' }))
    onTestFinished(() => void server.close())

    expect([server.headersTimeout, server.requestTimeout]).toEqual([10_000, 20_000])
  })
})
