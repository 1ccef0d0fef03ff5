// `npm run bench`: measure the site and its rivals on this machine, say which targets are met, and keep the figures in docs/bench.
import { readOptions } from './options.ts'
import { pinMyself } from './pinning.ts'

const options = readOptions()
process.once('SIGINT', () => process.exit(130))
pinMyself()
const { run } = await import('./run.ts') // not before: who asks for --help need not wait for all the libraries
const outcome = await run(options)
process.exit(outcome === 'broken' || (outcome === 'missed' && options.strict) ? 1 : 0)
