// `npm run bench`: measure the site and its contenders on this machine, print which targets are met, and keep the figures in docs/bench.
import { readOptions } from './options.ts'
import { moveTo } from './machine.ts'

const options = readOptions()
process.once('SIGINT', () => process.exit(130))
moveTo('load', process.pid) // with everything that it starts
const { run } = await import('./run.ts') // not before: --help need not wait for all the libraries
const outcome = await run(options)
process.exit(outcome === 'broken' || (outcome === 'missed' && options.strict) ? 1 : 0)
