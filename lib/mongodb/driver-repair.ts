// A repair of the MongoDB driver (7.8.0), so that no visitor waits for ever when the database dies.
import type { Socket } from 'node:net'
// @ts-expect-error The driver has no types for its inner files.
import * as inner from 'mongodb/lib/cmap/connection.js'

type Connection = { closed: boolean; socket: Socket; cleanup: (error: Error) => void }
type Internals = { Connection: { prototype: Connection } }

let done = false

/**
 * Wake a command that was written to a connection in the very moment it died.
 * The dead socket takes nothing, so the driver waits for its "drain", which never comes: neither timeout nor pool ends that.
 * The driver's own look for the database waits like that too, and then never finds it again.
 * Told "drain" when the connection is given up, it goes on, sees that, and fails as it does at any other moment.
 */
export function repairDriver(): void {
  if (!done) {
    done = true
    const { prototype } = (inner as Internals).Connection
    const cleanup = prototype.cleanup
    prototype.cleanup = function wakeWriters(error) {
      const isFirst = !this.closed
      cleanup.call(this, error)
      if (isFirst) this.socket.emit('drain')
    }
  }
}
