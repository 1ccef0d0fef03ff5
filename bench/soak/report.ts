// What is printed of a run, and what is kept of it in docs/bench.
import { keep, print, table } from '../report.ts'
import type { Audit } from './audit.ts'
import type { Growth } from './memory.ts'
import type { Fault } from './observations.ts'
import type { Options } from './options.ts'
import type { Check, Outage } from './verdict.ts'

export type Result = {
  options: Options
  seconds: number
  audited: Audit
  checks: Check[]
  growths: Growth[]
  wasStopped: boolean
  answered: number
  away: number
  stray: number
  cutOff: number
  longestRefusal: number
  troubles: Fault[]
  outages: Outage[]
  counts: Record<string, Record<string, number>>
  /** What the site logged of answers that nobody should have got. */
  logged: string[]
}

const MAX_DETAILS = 20 // of one broken promise

/** Print the whole result. */
export async function printResult(result: Result): Promise<void> {
  const counts = Object.entries(result.counts).map(([kind, row]) => {
    const outcomes = Object.entries(row).map(([outcome, count]) => `${outcome}: ${count}`)
    return [kind, outcomes.sort().join(', ')]
  })
  await print(table(['action', 'outcomes'], counts.sort()))
  await print(summaryOf(result))
  for (const { what, details } of result.checks.filter(({ isKept }) => !isKept)) {
    const more = details.length > MAX_DETAILS ? [`and ${details.length - MAX_DETAILS} more`] : []
    console.log([`Broken: ${what}`, ...details.slice(0, MAX_DETAILS), ...more].join('\n  '))
  }
  if (result.logged.length > 0) console.log(`The site's log:\n${result.logged.join('\n')}`)
}

/** Keep the result: docs/bench/soak.json, and its summary in docs/bench/README.md. */
export async function keepResult(result: Result): Promise<void> {
  const { logged: _, ...data } = result
  await keep('soak.json', data, 'soak', summaryOf(result))
}

/** What happened, and whether each promise was kept, as a table. */
export function summaryOf(result: Result): string {
  const { options, audited, outages, troubles } = result
  const count = (kind: Fault['kind']) => String(troubles.filter((one) => one.kind === kind).length)
  return table(
    ['what', ''],
    [
      ['users', `${options.people} for ${result.seconds} s, seed ${options.seed}`],
      ['workers', String(options.workers)],
      ['answers', result.answered.toLocaleString('en')],
      ['workers killed one at a time', count('worker')],
      ['all workers killed at once', count('all workers')],
      ['database killed', count('engine')],
      ['all workers replaced by SIGHUP', count('replacement')],
      ['answers with 503', `${result.away}, of these ${result.stray} without a kill`],
      ['longest outage', `${Math.max(0, ...outages.map((one) => one.milliseconds))} ms`],
      ['connections cut off', String(result.cutOff)],
      ['longest time without a listener', `${result.longestRefusal} ms`],
      ['accounts checked at the end', String(audited.accounts)],
      ['living sessions checked', String(audited.alive)],
      ['ended sessions checked', String(audited.ended)],
      ...result.growths.map(({ role, first, last, seconds, most, perMinute }) => [
        `memory of the ${role}`,
        `${first} to ${last} MB in ${seconds} s, at most ${most} MB; ${perMinute} MB a minute`,
      ]),
      ...result.checks.map(({ what, isKept }) => [what, isKept ? 'kept' : '**broken**']),
    ],
  )
}
