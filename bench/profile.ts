// Where the time of ours goes while a case runs: Node.js's own profile (--cpu-prof), summed up by functions and by packages.
import { mkdtemp, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from '../config/paths.ts'
import { cases } from './cases/index.ts'
import { fullLoads } from './load.ts'
import type { CaseName } from './options.ts'
import { print, table } from './report.ts'
import type { Stage } from './stage.ts'

type Frame = { functionName: string; url: string; lineNumber: number }
export type Profile = {
  startTime: number
  nodes: { id: number; callFrame: Frame }[]
  samples: number[]
  timeDeltas: number[]
}

const MAX_ROWS = 25

/** Run the case for one round with ours under the profiler, and print where its time went while it was under full load. */
export async function profile(stage: Stage, name: CaseName): Promise<void> {
  const folder = await mkdtemp(join(stage.folder, 'profile-'))
  const siteArgs = ['--cpu-prof', '--cpu-prof-dir', folder]
  await cases[name]({ ...stage, options: { ...stage.options, rounds: 1 }, siteArgs })
  const files = await readdir(folder) // one for each site of the case; that of "start" is not profiled
  for (const file of files) {
    const written = JSON.parse(await readFile(join(folder, file), 'utf8')) as Profile
    for (const nameOf of [placeOf, packageOf]) {
      const head = [`${name}: where`, 'share of what was not idle']
      await print(table(head, heaviest(written, fullLoads, nameOf)))
    }
  }
}

/** The functions, or packages, in which most time was spent during these spans of it, with their share of what was not idle. */
export function heaviest(
  { startTime, nodes, samples, timeDeltas }: Profile,
  spans: { from: number; to: number }[],
  nameOf: (frame: Frame) => string = placeOf,
): [string, string][] {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]))
  const times = new Map<string, number>()
  let total = 0
  let time = startTime
  for (const [index, id] of samples.entries()) {
    const passed = timeDeltas[index] ?? 0
    const name = names.get(id) ?? ''
    time += passed
    const isCounted = spans.some(({ from, to }) => time >= from && time <= to)
    if (isCounted && name !== '(idle)') {
      total += passed
      times.set(name, (times.get(name) ?? 0) + passed)
    }
  }
  return [...times]
    .sort(([, a], [, b]) => b - a)
    .slice(0, MAX_ROWS)
    .map(([name, time]) => [name, `${((time / total) * 100).toFixed(1)} %`])
}

// A function by its name and its place in a package or the project: a path of this machine says nothing on another one.
function placeOf({ functionName, url, lineNumber }: Frame): string {
  const name = functionName || '(anonymous)'
  const path = url.startsWith('file:') ? fileURLToPath(url) : url
  const short = path.replace(/^.*node_modules\//, '').replace(`${root}/`, '')
  return url === '' ? name : `${name}  ${short}:${lineNumber + 1}`
}

// The package that a function belongs to, or the folder of the project; what is Node.js's own goes by that name.
function packageOf({ functionName, url }: Frame): string {
  const path = decodeURIComponent(url)
  const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? []
  const [, folder] = /\/dist\/([\w.]+)/.exec(path) ?? []
  const isEngine = ['(garbage collector)', '(idle)'].includes(functionName)
  return isEngine ? functionName : (name ?? folder ?? (path.endsWith('.ejs') ? 'views' : 'node'))
}
