// The three charts of the document, from the results.
import { barChart, lineChart, type Bar, type Line } from './chart.ts'
import type { CaseResult, Figure } from './results.ts'

const NAMES: Record<string, string> = {
  ours: 'Sesame',
  seed: 'Seed',
  express: 'Express',
  fastify: 'Fastify',
  limit: 'Bare Node.js',
}

/** The charts by file name; of a case that was not measured there is none. */
export function chartsOf({ home, size }: Record<string, CaseResult>): Record<string, string> {
  return {
    ...(home ? { 'requests.svg': requests(home), 'latency.svg': latency(home) } : {}),
    ...(size ? { 'size.svg': growth(size) } : {}),
  }
}

function requests({ figures }: CaseResult): string {
  const bars = figures.filter(({ what }) => what === 'answers a second').map(barOf)
  return barChart('The signed-in /home: answers a second, on one core', bars)
}

function latency({ figures }: CaseResult): string {
  const bars = figures
    .filter(({ what }) => /^p\d+ at/.test(what))
    .map((one) => ({ ...barOf(one), label: `${barOf(one).label}, ${one.what.slice(0, 3)}` }))
  const rate = figures.find(({ what }) => what.startsWith('p50'))?.what.replace('p50 at ', '')
  return barChart(`The signed-in /home at ${rate ?? ''}: latency in ms, p50 and p99`, bars)
}

function growth({ figures }: CaseResult): string {
  const grown = figures.filter(({ unit }) => unit === '×')
  const lines = [...new Set(grown.map(({ of }) => of))].map((of): Line => {
    const points = grown.filter((one) => one.of === of)
    return { label: of, points: points.map(({ at = 0, median }) => ({ x: at, y: median })) }
  })
  return lineChart('p50 by users and sessions, as a multiple of a site with 1,000 of each', lines)
}

function barOf({ of, median, min, max }: Figure): Bar {
  return { label: NAMES[of] ?? of, isOurs: of === 'ours', value: median, min, max }
}
