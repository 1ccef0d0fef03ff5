// The HTTP server: told to listen, with a message for whoever can do something about it, and closed in order.
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { Settings } from '../config/env.ts'
import { StartProblem } from '../lib/start-problem.ts'

// Far above what browsers send: who has a broken cookie of 100 KB gets a page, not a bare refusal without a way out.
const LONGEST_HEADER = 256 * 1024 // bytes
const GRACE = 8000 // milliseconds for what is being answered when the site is told to stop

/** Listen on the configured host and port. Throws a StartProblem. */
export async function listen({ host, port }: Settings): Promise<Server> {
  const server = createServer({ maxHeaderSize: LONGEST_HEADER })
  server.on('request', (_req, res) => {
    // A connection whose last answer is given after close() would be kept for a next request that nobody may send.
    res.once('finish', () => {
      if (!server.listening) server.closeIdleConnections()
    })
  })
  server.listen(port, host)
  try {
    await once(server, 'listening')
    return server
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new StartProblem(
      code === 'EADDRINUSE'
        ? `Port ${port} on ${host} is in use. Stop what uses it, or choose another: PORT=${port + 1} npm start`
        : `The site can't listen on ${host} port ${port} (${code ?? 'unknown reason'}). Check HOST and PORT.`,
    )
  }
}

/** Close in order: no new connections, then what is in flight, then whoever still holds a connection open. */
export async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeIdleConnections()
  const impatience = setTimeout(() => {
    server.closeAllConnections()
  }, GRACE)
  await closed
  clearTimeout(impatience)
}
