// A profile as Node.js writes it with --cpu-prof, summed up.
import { fileURLToPath } from 'node:url'
import { root } from '../config/paths.ts'

type Frame = { functionName: string; url: string; lineNumber: number }
export type Profile = {
  startTime: number
  nodes: { id: number; callFrame: Frame }[]
  samples: number[]
  timeDeltas: number[]
}

const SHOWN = 25

/** The functions, or packages, in which most time between two moments was spent, with their share of what was not idle. */
export function heaviest(
  { startTime, nodes, samples, timeDeltas }: Profile,
  from: number,
  to: number,
  keyOf = placeOf,
): [string, string][] {
  const places = new Map(nodes.map(({ id, callFrame }) => [id, keyOf(callFrame)]))
  const times = new Map<string, number>()
  let time = startTime
  for (const [index, id] of samples.entries()) {
    const passed = timeDeltas[index] ?? 0
    const place = places.get(id) ?? ''
    time += passed
    if (time >= from && time <= to) times.set(place, (times.get(place) ?? 0) + passed)
  }
  const busy = [...times].filter(([place]) => place !== '(idle)')
  const total = busy.reduce((sum, [, time]) => sum + time, 0)
  return busy
    .sort(([, a], [, b]) => b - a)
    .slice(0, SHOWN)
    .map(([place, time]) => [place, `${((time / total) * 100).toFixed(1)} %`])
}

/** A function by its name and its place in a package or the project: a path of this machine says nothing on another one. */
export function placeOf({ functionName, url, lineNumber }: Frame): string {
  const name = functionName || '(anonymous)'
  if (url === '') {
    return name
  } else {
    const path = url.startsWith('file:') ? fileURLToPath(url) : url
    const short = path.replace(/^.*node_modules\//, '').replace(`${root}/`, '')
    return `${name}  ${short}:${lineNumber + 1}`
  }
}

/** The package that a function belongs to, or the room of the project; what is Node.js's own goes by that name. */
export function packageOf({ functionName, url }: Frame): string {
  if (functionName === '(garbage collector)' || functionName === '(idle)') {
    return functionName
  } else {
    const path = decodeURIComponent(url)
    const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? []
    const [, room] = /\/dist\/([\w.]+)/.exec(path) ?? []
    return name ?? room ?? (path.endsWith('.ejs') ? 'views' : 'node')
  }
}
