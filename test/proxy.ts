// A wire between the site and its database that a test can cut, freeze and mend, as a network does.
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { repairDriver } from '../lib/mongodb/driver-repair.ts'

export type Proxy = {
  url: string
  /** Break all connections and refuse new ones. */
  cut: () => Promise<void>
  /** Keep all connections and take new ones, but let nothing through. */
  freeze: () => void
  /** Let everything through again, at the same address. */
  mend: () => Promise<void>
}

/** Put a wire in front of the engine, whose address names a Unix socket. */
export async function openProxy(engineUrl: string): Promise<Proxy> {
  repairDriver() // as the site does: without it, what is written as the wire is cut waits for ever, the driver's own look for the database too
  const [, socketPath = ''] = /^mongodb:\/\/([^/?]+)/.exec(engineUrl) ?? []
  const sockets = new Set<Socket>()
  let frozen = false
  const server = createServer((front) => {
    if (!server.listening) return void front.destroy() // it was on its way when the wire was cut
    const back = connect(decodeURIComponent(socketPath))
    link(front, back)
    link(back, front)
  })
  const link = (from: Socket, to: Socket) => {
    sockets.add(from)
    from.on('data', (bytes) => {
      if (!frozen) to.write(bytes)
    })
    from.on('error', () => to.destroy()).on('close', () => to.destroy())
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const cut = async () => {
    const closed = server.listening ? once(server, 'close') : undefined
    server.close()
    for (const socket of sockets) socket.destroy()
    sockets.clear()
    await closed
  }
  return {
    url: `mongodb://127.0.0.1:${port}/?directConnection=true`,
    cut,
    freeze: () => {
      frozen = true
    },
    mend: async () => {
      if (server.listening && !frozen) return // it is whole, so nothing that uses it is broken off
      await cut() // what a frozen wire did not let through is lost
      frozen = false
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
    },
  }
}
