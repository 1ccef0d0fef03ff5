// `npm run soak`: users are at the site while its processes are killed, and what was acknowledged is checked.
import { stopSignal } from '../../cli/stop-signal.ts'
import { EXIT } from '../../cli/terminal.ts'
import { keep, print, table } from '../report.ts'
import { readOptions } from './options.ts'
import { run } from './run.ts'

const MAX_DETAILS = 20 // of one broken promise

const options = readOptions()
const { people, workers, minutes, seed } = options
const stopped = stopSignal('The users go home; the promises are checked.')

console.error(`${people} people, ${workers} workers, ${minutes} minutes, seed ${seed}`)
const { facts, promises, counts, logged } = await run(options, stopped)
const verdicts = Object.entries(promises).map(([name, { length }]) => [
  name,
  length > 0 ? '**broken**' : 'kept',
])
const happened = Object.entries(facts).map(([name, fact]) => [name, String(fact)])
const summary = table(['what', ''], [...happened, ...verdicts])
const outcomes = Object.entries(counts).map(([kind, row]) => {
  const each = Object.entries(row).map(([outcome, count]) => `${outcome}: ${count}`)
  return [kind, each.sort().join(', ')]
})
await print(table(['action', 'outcomes'], outcomes.sort()))
await print(summary)
const broken = Object.entries(promises).filter(([, details]) => details.length > 0)
for (const [name, details] of broken) {
  const more = details.length > MAX_DETAILS ? [`and ${details.length - MAX_DETAILS} more`] : []
  console.log([`Broken: ${name}`, ...details.slice(0, MAX_DETAILS), ...more].join('\n  '))
}
if (logged.length > 0) console.log(`The site's log:\n${logged.join('\n')}`)
if (options.write && !stopped.aborted) {
  await keep('soak.json', { options, facts, promises, counts }, 'soak', summary)
}
process.exit(broken.length > 0 ? 1 : stopped.aborted ? EXIT.stopped : 0)
