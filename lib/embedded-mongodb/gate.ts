// The door of the database for everybody but the site itself: who comes through is let in, and the site is told of it first.
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'

/** Told when the first guest comes, before anything of theirs reaches the engine, and when the last one has gone. */
export type Guests = { came: () => void; gone: () => void }

/** Open the door at `address`; it leads to the socket at `target`. Both are paths in a folder that only this user can enter. */
export async function openGate(
  address: string,
  target: string,
  { came, gone }: Guests,
): Promise<() => Promise<void>> {
  const guests = new Set<Socket>()
  const server = createServer((guest) => {
    if (guests.size === 0) came()
    guests.add(guest)
    const engine = connect(target)
    guest.pipe(engine).pipe(guest)
    // Of a guest who leaves, or an engine that dies, nothing is left open on the other side.
    guest.on('error', () => engine.destroy()).on('close', () => engine.destroy())
    engine.on('error', () => guest.destroy()).on('close', () => guest.destroy())
    guest.on('close', () => {
      guests.delete(guest)
      if (guests.size === 0) gone()
    })
  })
  await rm(address, { force: true }) // left behind by a run that was killed; whoever gets here holds the database
  server.listen(address)
  await once(server, 'listening')
  return async () => {
    const closed = once(server, 'close')
    server.close()
    for (const guest of guests) guest.destroy()
    await closed
  }
}
