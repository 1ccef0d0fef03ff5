// The charts of docs/bench as SVG, drawn by hand: they follow the reader's choice of light or dark, and need no script.
import ejs from 'ejs'
import type { CaseResult, Figure } from './statistics.ts'

type Bar = { label: string; isOurs: boolean; value: number; min: number; max: number }
type Line = { label: string; points: { x: number; y: number }[] }

const NAMES: Record<string, string> = {
  ours: 'Sesame',
  seed: 'Seed',
  express: 'Express',
  fastify: 'Fastify',
  limit: 'Bare Node.js',
}
const WIDTH = 760
const LEFT = 150 // where bars begin
const TOP = 56
const BOTTOM = 12
const ROW = 30
const THICKNESS = 18
const PLOT = 260 // height of a line chart's field
const STROKES = ['ours', 'second', 'third']

const STYLE = `
  text { font: 14px system-ui, sans-serif; fill: #2b3440 }
  .title { font-weight: 600; font-size: 16px }
  .paper { fill: #ffffff }
  .ours { fill: #00796b; stroke: #00796b }
  .other { fill: #b0bac5 }
  .second { stroke: #a1530d }
  .third { stroke: #5b4fc4 }
  .line { fill: none; stroke-width: 2.5 }
  .whisker { stroke: #2b3440; stroke-width: 1.5 }
  .level { stroke: #d5dbe1 }
  .limit { stroke: #c62828; stroke-dasharray: 6 4 }
  @media (prefers-color-scheme: dark) {
    text { fill: #d7dde4 }
    .paper { fill: #11161c }
    .ours { fill: #2fb5a3; stroke: #2fb5a3 }
    .other { fill: #56616d }
    .second { stroke: #f0a35e }
    .third { stroke: #a79bff }
    .line { fill: none }
    .whisker { stroke: #d7dde4 }
    .level { stroke: #2c353f }
    .limit { stroke: #ff7b72 }
  }`

/** The charts by file name; of a case that was not measured there is none. */
export function chartsOf({ home, size }: Record<string, CaseResult>): Record<string, string> {
  return {
    ...(home ? { 'requests.svg': drawRequests(home), 'latency.svg': drawLatency(home) } : {}),
    ...(size ? { 'size.svg': drawGrowth(size) } : {}),
  }
}

function drawRequests({ figures }: CaseResult): string {
  const bars = figures.filter(({ what }) => what === 'answers a second').map((one) => barOf(one))
  return barChart('The signed-in /home: answers a second, on one core', bars)
}

function drawLatency({ figures }: CaseResult): string {
  const percentiles = figures.filter(({ what }) => /^p\d+ at/.test(what))
  const rate = percentiles[0]?.what.replace(/^p\d+ at /, '') ?? ''
  const bars = percentiles.map((one) => barOf(one, `, ${one.what.slice(0, 3)}`))
  return barChart(`The signed-in /home at ${rate}: latency in ms, p50 and p99`, bars)
}

function drawGrowth({ figures }: CaseResult): string {
  const grown = figures.filter(({ unit }) => unit === '×')
  const lines = [...new Set(grown.map(({ of }) => of))].map((label): Line => {
    const points = grown.filter(({ of }) => of === label)
    return { label, points: points.map(({ at = 0, median }) => ({ x: at, y: median })) }
  })
  return lineChart('p50 by users and sessions, as a multiple of a site with 1,000 of each', lines)
}

function barOf({ of, median, min, max }: Figure, more = ''): Bar {
  return { label: (NAMES[of] ?? of) + more, isOurs: of === 'ours', value: median, min, max }
}

/** Horizontal bars from zero, each with a whisker from the smallest to the greatest round. */
export function barChart(title: string, bars: Bar[]): string {
  const longest = Math.max(...bars.map(({ max }) => max))
  const lengthOf = (value: number) => (value / longest) * (WIDTH - LEFT - 150)
  const rows = bars.map(({ label, isOurs, value, min, max }, index) => {
    const y = TOP + index * ROW
    const middle = y + THICKNESS / 2
    const [start, end] = [LEFT + lengthOf(min), LEFT + lengthOf(max)]
    const shown = Number(value.toPrecision(3)).toLocaleString('en') // a run can tell no more digits
    return [
      `<text x="${LEFT - 10}" y="${middle + 5}" text-anchor="end">${ejs.escapeXML(label)}</text>`,
      `<rect class="${isOurs ? 'ours' : 'other'}" x="${LEFT}" y="${y}" width="${tenths(lengthOf(value))}" height="${THICKNESS}" rx="3"/>`,
      `<path class="whisker" d="M${tenths(start)} ${middle}H${tenths(end)}"/>`,
      `<text x="${tenths(end + 10)}" y="${middle + 5}">${shown}</text>`,
    ].join('')
  })
  return frame(title, TOP + bars.length * ROW + BOTTOM, rows)
}

/** Lines over a logarithmic axis; the field reaches from 0 to a little above the highest point. */
export function lineChart(title: string, lines: Line[]): string {
  const all = lines.flatMap(({ points }) => points)
  const highest = Math.max(1.25, ...all.map(({ y }) => y)) * 1.05
  const [first, last] = [Math.min(...all.map(({ x }) => x)), Math.max(...all.map(({ x }) => x))]
  const logOfRange = Math.log(Math.max(last / first, 2))
  const across = (x: number) => tenths(80 + (Math.log(x / first) / logOfRange) * (WIDTH - 270))
  const down = (y: number) => tenths(TOP + PLOT * (1 - y / highest))
  const levels = [0, 0.5, 1, 1.15].map(
    (y) =>
      `<text x="60" y="${down(y) + 5}" text-anchor="end">${y} ×</text>` +
      `<path class="${y > 1 ? 'limit' : 'level'}" d="M70 ${down(y)}H${WIDTH - 180}"/>`,
  )
  const sizes = [...new Set(all.map(({ x }) => x))].map(
    (x) =>
      `<text x="${across(x)}" y="${TOP + PLOT + 22}" text-anchor="middle">${x.toLocaleString('en')}</text>`,
  )
  const curves = lines.map(({ label, points }, index) => {
    const places = points.map(({ x, y }) => `${across(x)},${down(y)}`).join(' ')
    const style = `line ${STROKES[index % STROKES.length] ?? ''}`
    const y = TOP + 20 + index * 26
    return [
      `<polyline class="${style}" points="${places}"/>`,
      `<path class="${style}" d="M${WIDTH - 165} ${y}h24"/>`,
      `<text x="${WIDTH - 132}" y="${y + 5}">${ejs.escapeXML(label)}</text>`,
    ].join('')
  })
  return frame(title, TOP + PLOT + 40, [...levels, ...sizes, ...curves])
}

// A whole picture of this height. The title is also what a screen reader says.
function frame(title: string, height: number, rows: string[]): string {
  const escaped = ejs.escapeXML(title)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escaped}">
<style>${STYLE}
</style>
<rect class="paper" width="${WIDTH}" height="${height}" rx="8"/>
<text class="title" x="24" y="32">${escaped}</text>
${rows.join('\n')}
</svg>
`
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10
}
