// The socket of the database for every process but the site: it hands on what comes, and the site hears of it first.
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'

/** Told when the first client connects, before anything it sends reaches the engine, and when the last one has left. */
export type GateListener = { firstCame: () => void; lastLeft: () => void }

/** Open the gate at `address`; it leads to the socket at `target`. Both are paths in a folder that only this user can enter. */
export async function openGate(
  address: string,
  target: string,
  { firstCame, lastLeft }: GateListener,
): Promise<() => Promise<void>> {
  const clients = new Set<Socket>()
  const server = createServer((client) => {
    if (clients.size === 0) firstCame()
    clients.add(client)
    const engine = connect(target)
    client.pipe(engine).pipe(client)
    // When a client leaves, or the engine dies, nothing is left open on the other side.
    client.on('error', () => engine.destroy()).on('close', () => engine.destroy())
    engine.on('error', () => client.destroy()).on('close', () => client.destroy())
    client.on('close', () => {
      clients.delete(client)
      if (clients.size === 0) lastLeft()
    })
  })
  await rm(address, { force: true }) // left behind by a run that was killed; whoever gets here holds the database
  server.listen(address)
  await once(server, 'listening')
  return async () => {
    const closed = once(server, 'close')
    server.close()
    for (const client of clients) client.destroy()
    await closed
  }
}
