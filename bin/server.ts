// The HTTP server: told to listen, with a message for whoever can do something about it, and closed in order.
import { once } from 'node:events'
import { createServer, type Server, type ServerOptions } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { Settings } from '../config/env.ts'
import { SECOND } from '../config/time.ts'
import { StartProblem } from '../lib/start-problem.ts'

// Far above what browsers send: a browser with a broken cookie of 100 KB is shown a page, not a bare refusal without a way out.
const MAX_HEADER_LENGTH = 128 * 1024 // bytes

// Within so many milliseconds a request has to be there, first its headers and then its body: whoever lets one drip would
// otherwise hold connections, which cost nothing there, for minutes (slowloris). A form of 16 KiB takes a modem four seconds.
const ARRIVAL = { headersTimeout: 10 * SECOND, requestTimeout: 20 * SECOND }

const GRACE = 5000 // milliseconds for what is being answered when the site is told to stop

// How long requests are still taken after /readyz says 503, in milliseconds.
const DRAINING = {
  unwatched: 0, // nobody watches /readyz, and nobody else could answer
  watched: 1500, // a balancer that asks every second has heard of it then
  // Busy connections have brought their last request then. The others have been idle for so long, and are closed: waiting
  // until each has run out (KEEP_ALIVE_SECONDS) would keep the old process far longer.
  replaced: 5500,
}

const draining = new WeakSet<Server>()

/**
 * Listen on the configured host and port, and keep an idle connection for its next request as long as configured: longer than
 * any proxy in front does. Else a proxy would send a form on a connection that is being closed, and could not know whether it
 * arrived. With requests and responses of these prototypes, and these limits (milliseconds) for a request to arrive. Throws a
 * StartProblem.
 */
export async function listen(
  { host, port, keepAliveSeconds }: Pick<Settings, 'host' | 'port' | 'keepAliveSeconds'>,
  prototypes: ServerOptions = {},
  arrival = ARRIVAL,
): Promise<Server> {
  const server = createServer({
    ...prototypes,
    ...arrival,
    connectionsCheckingInterval: arrival.headersTimeout / 4, // Node looks for late ones every 30 seconds otherwise
    maxHeaderSize: MAX_HEADER_LENGTH,
    keepAliveTimeout: keepAliveSeconds * SECOND,
  })
  server.on('request', (_req, res) => {
    // Asked to come back on a new connection, a client is not in the middle of a request when this one is closed.
    if (draining.has(server)) res.shouldKeepAlive = false
    // A connection whose last answer is given after close() would be kept for a next request that nobody may send.
    res.once('finish', () => {
      if (!server.listening) server.closeIdleConnections()
    })
  })
  await listenOn(server, host, port, {
    inUse: `Stop what uses it, or choose another: PORT=${port + 1} npm start`,
    refused: "The site can't listen",
    check: 'Check HOST and PORT.',
  })
  return server
}

/** Let a server listen. Throws a StartProblem with these sentences: what to do if the port is in use, and what else was refused. */
export async function listenOn(
  server: Server,
  host: string,
  port: number,
  { inUse, refused, check }: Record<'inUse' | 'refused' | 'check', string>,
): Promise<void> {
  server.listen(port, host)
  await once(server, 'listening').catch((error: unknown) => {
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException
    const problem = `${refused} on ${host} port ${port} (${code}). ${check}`
    throw new StartProblem(
      code === 'EADDRINUSE' ? `Port ${port} on ${host} is in use. ${inUse}` : problem,
    )
  })
}

/** Go on answering for a while, but end each connection with its next answer, so that closing cuts nobody off. */
export async function drain(server: Server, how: keyof typeof DRAINING): Promise<void> {
  draining.add(server)
  if (DRAINING[how] > 0) await wait(DRAINING[how])
}

/**
 * Close in order: no new connections, then what is in flight, then whoever still holds a connection open. Resolves with how
 * many of those there were.
 */
export async function close(server: Server): Promise<number> {
  let cut = 0
  const closed = once(server, 'close')
  server.close()
  server.closeIdleConnections()
  const cutting = setTimeout(() => {
    server.getConnections((_error, open) => {
      cut = open
      server.closeAllConnections()
    })
  }, GRACE)
  await closed
  clearTimeout(cutting)
  return cut
}
