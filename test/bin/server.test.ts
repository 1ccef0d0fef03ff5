// The HTTP server: how long a proxy may keep a connection, and how it ends.
import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
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
