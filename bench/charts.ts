// The charts of docs/bench as SVG: horizontal bars that follow the reader's choice of light or dark, and need no script.
import { join } from 'node:path'
import ejs from 'ejs'
import type { CaseResult, Figure } from './statistics.ts'

export type Bar = { label: string; isOurs: boolean; median: number; min: number; max: number }

const NAMES: Record<string, string> = {
  ours: 'Sesame',
  'ours-server': 'Sesame server',
  'ours-workers': 'Sesame × 2',
  seed: 'Seed',
  express: 'Express',
  fastify: 'Fastify',
  limit: 'Bare Node.js',
}
const LEFT = 235 // where bars begin
const LONGEST = 415
const TOP = 56
const ROW = 30

/** The charts by file name; of a case that was not measured there is none. */
export async function chartsOf({ home, size }: Record<string, CaseResult>) {
  const charts: Record<string, string> = {}
  if (home) {
    const rates = home.figures.filter(({ of, what }) => of in NAMES && what === 'answers a second')
    const times = home.figures.filter(({ what }) => /^p\d+ at/.test(what))
    const title = 'The signed-in /home: answers a second on one core, Sesame × 2 on two'
    charts['requests.svg'] = await barChart(title, rates.map(barOf))
    charts['latency.svg'] = await barChart('The signed-in /home: latency in ms', times.map(barOf))
  }
  if (size) {
    const growths = size.figures.filter(({ unit, what }) => unit === '×' && what.startsWith('p50'))
    growths.sort((a, b) => a.of.localeCompare(b.of)) // by page; of one page they stay ordered by size
    const title = 'p50 by users and sessions, as a multiple of a site with 1,000 of each'
    charts['size.svg'] = await barChart(title, growths.map(barOf), size.targets[0]?.limit)
  }
  return charts
}

/** Bars from zero, each with a whisker from the smallest to the greatest round, and a line where a limit is. */
export async function barChart(title: string, bars: Bar[], limit?: number): Promise<string> {
  const greatest = Math.max(...bars.map(({ max }) => max))
  const lengthOf = (value: number) => tenths((value / greatest) * LONGEST)
  const rows = bars.map(({ label, isOurs, median, min, max }, index) => ({
    label,
    style: isOurs ? 'ours' : 'other',
    y: TOP + index * ROW,
    length: lengthOf(median),
    start: tenths(LEFT + lengthOf(min)),
    end: tenths(LEFT + lengthOf(max)),
    value: Number(median.toPrecision(3)).toLocaleString('en'), // a run can tell no more digits
  }))
  return ejs.renderFile(join(import.meta.dirname, 'chart.ejs'), {
    title,
    rows,
    left: LEFT,
    height: TOP + bars.length * ROW + 12,
    limit: limit === undefined ? undefined : tenths(LEFT + lengthOf(limit)),
  })
}

function barOf({ of, what, at, median, min, max }: Figure): Bar {
  const [latency] = /^p\d+ at .*/.exec(what) ?? []
  const more = at?.toLocaleString('en') ?? latency
  const label = (NAMES[of] ?? of) + (more ? `, ${more}` : '')
  return { label, isOurs: of.startsWith('ours') || !(of in NAMES), median, min, max }
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10
}
