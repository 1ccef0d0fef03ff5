// `npm run soak`: users are at the site while its processes are killed, and what was acknowledged is checked.
import { readOptions } from './options.ts'

const STOPPED = 130
const SAME_PRESS = 1000 // milliseconds: npm passes a Ctrl-C on that the terminal has delivered already

const options = readOptions()
const { people, workers, minutes, seed } = options
const stopping = new AbortController()
let pressedAt = 0
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop)

const { run } = await import('./run.ts') // not before: --help need not wait for all the libraries
const { keepResult, printResult } = await import('./report.ts')

console.error(`${people} people, ${workers} workers, ${minutes} minutes, seed ${seed}`)
const result = await run(options, stopping.signal)
await printResult(result)
if (options.write && !result.wasStopped) await keepResult(result)
const isKept = result.checks.every((check) => check.isKept)
process.exit(!isKept ? 1 : result.wasStopped ? STOPPED : 0)

function stop(): void {
  if (!stopping.signal.aborted) {
    pressedAt = Date.now()
    stopping.abort()
    console.error('The users go home; the promises are checked. Ctrl-C again ends at once.')
  } else if (Date.now() - pressedAt > SAME_PRESS) {
    process.exit(STOPPED)
  }
}
