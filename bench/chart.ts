// Charts as SVG, drawn by hand: they follow the reader's choice of light or dark, and need no script.
import { BOTTOM, element, escape, frame, LEFT, rangeText, TOP, WIDTH } from './svg.ts'

export type Bar = { label: string; isOurs: boolean; value: number; min: number; max: number }
export type Line = { label: string; points: { x: number; y: number }[] }

const ROW = 30
const THICKNESS = 18
const PLOT = 260 // height of a line chart's field
const STROKES = ['ours', 'second', 'third']

/** Horizontal bars from zero, each with a whisker from the smallest to the greatest round. */
export function barChart(title: string, bars: Bar[]): string {
  const longest = Math.max(...bars.map(({ max }) => max))
  const length = (value: number) => (value / longest) * (WIDTH - LEFT - 150)
  const rows = bars.map(({ label, isOurs, value, min, max }, index) => {
    const y = TOP + index * ROW
    const middle = y + THICKNESS / 2
    return [
      element('text', { x: LEFT - 10, y: middle + 5, 'text-anchor': 'end' }, escape(label)),
      element('rect', {
        class: isOurs ? 'ours' : 'other',
        x: LEFT,
        y,
        width: length(value),
        height: THICKNESS,
        rx: 3,
      }),
      element('path', {
        class: 'whisker',
        d: `M${LEFT + length(min)} ${middle}H${LEFT + length(max)}`,
      }),
      element('text', { x: LEFT + length(max) + 10, y: middle + 5 }, rangeText(value)),
    ].join('')
  })
  return frame(title, TOP + bars.length * ROW + BOTTOM, rows.join('\n'))
}

/** Lines over a logarithmic axis; the field reaches from 0 to a little above the highest point. */
export function lineChart(title: string, lines: Line[]): string {
  const all = lines.flatMap(({ points }) => points)
  const highest = Math.max(1.25, ...all.map(({ y }) => y)) * 1.05
  const [first, last] = [Math.min(...all.map(({ x }) => x)), Math.max(...all.map(({ x }) => x))]
  const across = (x: number) =>
    80 + (Math.log(x / first) / Math.log(Math.max(last / first, 2))) * (WIDTH - 270)
  const down = (y: number) => TOP + PLOT * (1 - y / highest)
  const sizes = [...new Set(all.map(({ x }) => x))]
  const field = [
    ...[0, 0.5, 1, 1.15].map((y) => levelOf(y, down(y))),
    ...sizes.map((x) =>
      element('text', { x: across(x), y: TOP + PLOT + 22, 'text-anchor': 'middle' }, thousands(x)),
    ),
    ...lines.map(({ points }, index) =>
      element('polyline', {
        class: `line ${STROKES[index % STROKES.length] ?? ''}`,
        points: points.map(({ x, y }) => `${across(x).toFixed(1)},${down(y).toFixed(1)}`).join(' '),
      }),
    ),
    ...lines.map(({ label }, index) => legendOf(label, index)),
  ]
  return frame(title, TOP + PLOT + 40, field.join('\n'))
}

function levelOf(value: number, y: number): string {
  const label = element('text', { x: 60, y: y + 5, 'text-anchor': 'end' }, `${value} ×`)
  return (
    label + element('path', { class: value > 1 ? 'limit' : 'level', d: `M70 ${y}H${WIDTH - 180}` })
  )
}

function legendOf(label: string, index: number): string {
  const y = TOP + 20 + index * 26
  return (
    element('path', {
      class: `line ${STROKES[index % STROKES.length] ?? ''}`,
      d: `M${WIDTH - 165} ${y}h24`,
    }) + element('text', { x: WIDTH - 132, y: y + 5 }, escape(label))
  )
}

function thousands(value: number): string {
  return value.toLocaleString('en')
}
