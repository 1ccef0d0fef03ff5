// What is kept of a run: docs/bench/results.json, the tables in docs/bench/README.md, and the charts.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { root } from '../config/paths.ts'
import { chartsOf } from './charts.ts'
import { describeMachine, type Machine } from './machine.ts'
import { CASES, type Options } from './options.ts'
import type { CaseResult } from './results.ts'
import { nameOf, rangeOf } from './tell.ts'

type Cases = Record<string, CaseResult>
export type Results = { machine: Machine; how: Record<string, number>; cases: Cases }

const folder = join(root, 'docs', 'bench')
const TABLES = /(<!-- results -->)[^]*(<!-- end of results -->)/

/** Write all of it. Cases that were not run keep the figures they had. */
export async function writeReport(options: Options, cases: Cases): Promise<void> {
  const old = await readFile(join(folder, 'results.json'), 'utf8').catch(() => '{}')
  const before = (JSON.parse(old) as Partial<Results>).cases ?? {}
  const { rounds, seconds, rate, requests, largest, connections } = options
  const results: Results = {
    machine: describeMachine(),
    how: { rounds, seconds, rate, requests, largest, connections },
    cases: inOrder({ ...before, ...cases }),
  }
  await writeTidy('results.json', JSON.stringify(results, null, 2))
  const text = await readFile(join(folder, 'README.md'), 'utf8')
  const tables = tablesOf(results)
  await writeTidy(
    'README.md',
    text.replace(TABLES, (_, start, end) => [start, tables, end].join('\n\n')),
  )
  for (const [name, svg] of Object.entries(chartsOf(results.cases))) {
    await writeFile(join(folder, name), svg)
  }
}

/** The tables of the document: the machine, the targets, and every figure. */
export function tablesOf({ machine, how, cases }: Results): string {
  const facts = Object.entries({ ...machine, ...how }).map(([name, value]) => `${name}: ${value}`)
  const targets = Object.values(cases).flatMap((one) => one.targets)
  const figures = Object.entries(cases).flatMap(([name, one]) =>
    one.figures.map((figure) => [name, nameOf(figure), rangeOf(figure)]),
  )
  return [
    facts.join('; '),
    table(
      ['target', 'has to be', 'is', ''],
      targets.map(({ what, sense, limit, value, isMet }) => [
        what,
        `${sense} ${limit}`,
        String(value),
        isMet ? 'met' : '**missed**',
      ]),
    ),
    table(['case', 'figure', 'median (from to)'], figures),
  ].join('\n\n')
}

function inOrder(cases: Cases): Cases {
  const known = CASES.flatMap((name) => (cases[name] ? [[name, cases[name]] as const] : []))
  return Object.fromEntries(known)
}

function table(head: string[], rows: string[][]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

// As `npm run format` would write it.
async function writeTidy(name: string, text: string): Promise<void> {
  const filepath = join(folder, name)
  await writeFile(filepath, await format(text, { ...(await resolveConfig(filepath)), filepath }))
}
