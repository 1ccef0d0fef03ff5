// What is told of a run at the terminal, and what is kept of it in docs/bench.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { root } from '../../config/paths.ts'
import type { Audit } from './audit.ts'
import type { Growth } from './memory.ts'
import type { Options } from './options.ts'
import type { Check, Outage } from './verdict.ts'
import type { Trouble } from './watch.ts'

export type Result = {
  options: Options
  seconds: number
  wasStopped: boolean
  answered: number
  counts: Record<string, Record<string, number>>
  troubles: Pick<Trouble, 'kind' | 'at'>[]
  outages: Outage[]
  away: number
  stray: number
  cutOff: number
  longestRefusal: number
  growths: Growth[]
  audited: Audit
  checks: Check[]
  logged: string[]
}

const SHOWN = 20 // details of one broken promise
const MARKED = /(<!-- soak -->)[^]*(<!-- \/soak -->)/
const SECTION = '\n## Soak\n\nThe last run of `npm run soak`:\n\n<!-- soak -->\n<!-- /soak -->\n'

const folder = join(root, 'docs', 'bench')

/** True if every promise was kept. */
export function isKept({ checks }: Result): boolean {
  return checks.every((one) => one.isKept)
}

/** The whole result as text. */
export function textOf(result: Result): string {
  const counts = Object.entries(result.counts).map(([kind, row]) => {
    const words = Object.entries(row).map(([outcome, count]) => `${outcome}: ${count}`)
    return `  ${kind.padEnd(26)} ${words.sort().join(', ')}`
  })
  const outages = result.outages.map(
    ({ at, answers, milliseconds }) =>
      `  at ${(at / 1000).toFixed(1)} s: ${answers} answers with 503, the last after ${milliseconds} ms`,
  )
  return [
    'What was answered, by kind of action:',
    ...counts,
    '',
    'The database after each kill:',
    ...outages,
    '',
    ...factsOf(result).map(([what, value]) => `${what}: ${value}`),
    '',
    ...result.checks.flatMap((one) => [
      `${one.isKept ? 'PASS' : 'FAIL'}  ${one.what}`,
      ...one.details.slice(0, SHOWN).map((detail) => `        ${detail}`),
      ...(one.details.length > SHOWN ? [`        and ${one.details.length - SHOWN} more`] : []),
    ]),
    ...(result.logged.length > 0 ? ['', 'What the site logged of it:', ...result.logged] : []),
  ].join('\n')
}

/** Keep the result: docs/bench/soak.json, and the lines between the marks in docs/bench/README.md. */
export async function keep(result: Result): Promise<void> {
  await mkdir(folder, { recursive: true })
  const { counts, outages, troubles, logged: _, ...rest } = result
  await writeTidy('soak.json', JSON.stringify({ ...rest, troubles, outages, counts }, null, 2))
  const text = await readFile(join(folder, 'README.md'), 'utf8').catch(() => '# Measurements\n')
  await writeTidy('README.md', withSummary(text, result))
}

/** The document with the summary of this result between its marks; where there are none they come last. */
export function withSummary(text: string, result: Result): string {
  const rows = [
    ...factsOf(result),
    ...result.checks.map(({ what, isKept }) => [what, isKept ? 'kept' : '**broken**'] as const),
  ].map(([what, value]) => `| ${what} | ${value} |`)
  const table = ['| what | |', '| --- | --- |', ...rows].join('\n')
  const marked = MARKED.test(text) ? text : text + SECTION
  return marked.replace(MARKED, (_, start: string, end: string) => [start, table, end].join('\n\n'))
}

function factsOf(result: Result): [string, string][] {
  const { options, audited, growths, outages, troubles } = result
  const of = (kind: string) => String(troubles.filter((one) => one.kind === kind).length)
  return [
    ['crowd', `${options.people} people for ${result.seconds} s, seed ${options.seed}`],
    ['workers', String(options.workers)],
    ['answers', result.answered.toLocaleString('en')],
    ['workers killed one at a time', of('worker')],
    ['all workers killed at once', of('all workers')],
    ['database killed', of('engine')],
    ['all workers replaced by SIGHUP', of('replacement')],
    ['answers with 503', `${result.away}, of these ${result.stray} without a kill`],
    ['longest outage', `${Math.max(0, ...outages.map((one) => one.milliseconds))} ms`],
    ['connections cut off', String(result.cutOff)],
    ['longest time without a listener', `${result.longestRefusal} ms`],
    ['accounts checked at the end', String(audited.accounts)],
    ['living sessions checked', String(audited.alive)],
    ['ended sessions checked', String(audited.ended)],
    ...growths.map((one): [string, string] => [
      `memory of the ${one.role}`,
      `${one.first} to ${one.last} MB in ${one.seconds} s, at most ${one.most} MB; ${one.perMinute} MB a minute`,
    ]),
  ]
}

// As `npm run format` would write it.
async function writeTidy(name: string, text: string): Promise<void> {
  const filepath = join(folder, name)
  await writeFile(filepath, await format(text, { ...(await resolveConfig(filepath)), filepath }))
}
