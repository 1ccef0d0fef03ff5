// `npm run soak`: a crowd uses the site while its processes are killed, and what was acknowledged is checked.
import { readOptions } from './options.ts'

const STOPPED = 130
const SAME_PRESS = 1000 // milliseconds: npm passes a Ctrl-C on that the terminal has delivered already

const options = readOptions()
const stopping = new AbortController()
let pressedAt = 0
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop)

const { run } = await import('./run.ts') // not before: who asks for --help need not wait for all the libraries
const { isKept, keep, textOf } = await import('./report.ts')

say(
  `${options.people} people, ${options.workers} workers, ${options.minutes} minutes, seed ${options.seed}`,
)
const result = await run(options, stopping.signal)
process.stdout.write(`${textOf(result)}\n`)
if (options.write && !result.wasStopped) await keep(result)
process.exit(!isKept(result) ? 1 : result.wasStopped ? STOPPED : 0)

function stop(): void {
  if (!stopping.signal.aborted) {
    pressedAt = Date.now()
    stopping.abort()
    say('The crowd goes home; its promises are checked. Ctrl-C again ends at once.')
  } else if (Date.now() - pressedAt > SAME_PRESS) {
    process.exit(STOPPED)
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}
