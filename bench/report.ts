// What is printed of results, and what is kept of them in docs/bench: data, tables between two marks of README.md, and charts.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { format } from 'oxfmt'
import style from '../.oxfmtrc.json' with { type: 'json' }
import { root } from '../config/paths.ts'
import { chartsOf } from './charts.ts'
import { describeMachine } from './machine.ts'
import { CASES, type Options } from './options.ts'
import type { CaseResult } from './statistics.ts'

type Cases = Record<string, CaseResult>

const folder = join(root, 'docs', 'bench')

/** Keep what was measured. Cases that were not run keep the figures they had. */
export async function writeReport(options: Options, measured: Cases): Promise<void> {
  const old = await readFile(join(folder, 'results.json'), 'utf8').catch(() => '{}')
  const all: Cases = { ...(JSON.parse(old) as { cases?: Cases }).cases, ...measured }
  const known = CASES.flatMap((name) => (all[name] ? [[name, all[name]] as const] : []))
  const cases: Cases = Object.fromEntries(known)
  const { rounds, seconds, rate, requests, largest, connections } = options
  const how = { rounds, seconds, rate, requests, largest, connections }
  const machine = describeMachine()
  const facts = Object.entries({ ...machine, ...how }).map(([name, value]) => `${name}: ${value}`)
  const text = `${facts.join('; ')}\n\n${tablesOf(cases)}`
  await keep('results.json', { machine, how, cases }, 'results', text)
  for (const [name, svg] of Object.entries(await chartsOf(cases))) {
    await writeFile(join(folder, name), svg)
  }
}

/** The tables of these cases: the targets, and every figure. */
export function tablesOf(cases: Cases): string {
  const targets = Object.values(cases).flatMap((one) => one.targets)
  const figures = Object.entries(cases).flatMap(([name, one]) =>
    one.figures.map(({ of, what, at, unit, median, min, max }) => [
      name,
      `${of}: ${what}${at === undefined ? '' : `, ${at.toLocaleString('en')} users`}`,
      `${`${median} ${unit}`.trim()} (${min} to ${max})`,
    ]),
  )
  return [
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

/** A table in Markdown. */
export function table(head: string[], rows: string[][]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

/** Print Markdown with its tables aligned. */
export async function print(markdown: string): Promise<void> {
  process.stdout.write(`\n${await tidy('.md', markdown)}`)
}

/** Write data to a file in docs/bench, and text between the two marks of this name in its README.md. Throws where they are missing. */
export async function keep(file: string, data: object, mark: string, text: string) {
  await writeTidy(file, JSON.stringify(data, null, 2))
  const document = await readFile(join(folder, 'README.md'), 'utf8')
  const [start, end] = [`<!-- ${mark} -->`, `<!-- /${mark} -->`]
  const [before, rest] = document.split(start)
  const [, after] = rest?.split(end) ?? []
  if (before === undefined || after === undefined) throw new Error(`README.md has no ${start}`)
  await writeTidy('README.md', [before + start, text, end + after].join('\n\n'))
}

async function writeTidy(name: string, text: string): Promise<void> {
  await writeFile(join(folder, name), await tidy(name, text))
}

// As `npm run format` would write it.
async function tidy(name: string, text: string): Promise<string> {
  return (await format(name, text, style)).code
}
