// Ctrl-C during long work: the batch is finished and reported first; whoever is impatient presses it again.
import { EXIT, printError } from './terminal.ts'

const SAME_PRESS = 1000 // milliseconds: npm passes a Ctrl-C on that the terminal has delivered already

/** A signal that is aborted by the first Ctrl-C or SIGTERM, which this sentence answers. A later one ends the process at once. */
export function stopSignal(sentence = 'Stopping after this batch.'): AbortSignal {
  const stopping = new AbortController()
  let first = 0
  const stop = () => {
    if (!stopping.signal.aborted) {
      first = Date.now()
      stopping.abort()
      printError(`\n${sentence} Ctrl-C again stops at once.`)
    } else if (Date.now() - first > SAME_PRESS) {
      process.exit(EXIT.stopped)
    }
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  return stopping.signal
}
