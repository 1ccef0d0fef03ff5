// What the contenders share: the values they are started with, and telling where they listen.
import type { AddressInfo, Server } from 'node:net'

/** For how long to work, and how many at once. */
export type Turn = { seconds: number; parallel: number }

/** The values that the harness passes on the command line. */
export function given(): unknown {
  return JSON.parse(process.argv[2] ?? '{}')
}

/** Tell the harness where this server listens, as soon as it does. */
export function tellPort(server: Server): void {
  const tell = () => process.send?.({ port: (server.address() as AddressInfo).port })
  if (server.listening) {
    tell()
  } else {
    server.once('listening', tell)
  }
}

/** Do some work whenever the harness asks for it, and tell it the result: how often it was done in a second. */
export function workOnMessage(work: (turn: Turn) => Promise<number>): void {
  process.on('message', (turn: Turn) => {
    void work(turn).then((perSecond) => process.send?.(perSecond))
  })
  process.send?.('ready')
}
