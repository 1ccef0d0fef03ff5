// Where the time of ours goes while a case runs: its functions by the time spent in themselves.
import { mkdtemp, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from '../config/paths.ts'
import { onlookers } from './cases/captcha.ts'
import { pull } from './cases/home.ts'
import { openSite, send } from './cases/sign-in.ts'
import { visitorHeaders } from './browser.ts'
import { flatOut } from './load.ts'
import type { CaseName } from './options.ts'
import { startOurs } from './rivals.ts'
import { startSite, type Site } from './site.ts'
import type { Stage } from './stage.ts'

type Frame = { functionName: string; url: string; lineNumber: number }
type Profile = {
  nodes: { id: number; callFrame: Frame }[]
  samples: number[]
  timeDeltas: number[]
}
type Load = (stage: Stage, args: string[], duration: number) => Promise<Pick<Site, 'stop'>>

const SHOWN = 25

const loads: Partial<Record<CaseName, Load>> = {
  home: async (stage, args, duration) => {
    const ours = await startOurs(stage, 'profiled', args)
    await pull(ours, duration)
    return ours.process
  },
  login: async (stage, args, duration) => {
    const site = await startSite(stage, 'profiled', args)
    const requests = () => [{ path: '/login', headers: visitorHeaders() }]
    await flatOut(site.url, requests, { status: 200 }, { connections: 20, duration })
    return site
  },
  'sign-in': async (stage, args, duration) => {
    const { site, next } = await openSite(stage, args)
    await send(site, await next(duration * 80))
    return site
  },
  captcha: async (stage, args, duration) => {
    const site = await startSite(stage, 'profiled', args)
    await flatOut(site.url, onlookers, { status: 200 }, { connections: 4, duration })
    return site
  },
}

/** Run the case against ours under the profiler and print where its time went. Some cases have none. */
export async function tellProfile(stage: Stage, name: CaseName): Promise<void> {
  const load = loads[name]
  if (!load) {
    stage.say(`${name} is not profiled`)
  } else {
    const folder = await mkdtemp(join(stage.folder, 'profile-'))
    const args = ['--cpu-prof', '--cpu-prof-dir', folder]
    const { stop } = await load(stage, args, stage.options.seconds)
    await stop() // then it is written
    const [file = ''] = await readdir(folder)
    const profile = JSON.parse(await readFile(join(folder, file), 'utf8')) as Profile
    const lines = heaviest(profile).map(([where, share]) => `  ${share.padStart(6)}  ${where}`)
    process.stdout.write(
      `\n${name}: share of the time in which it was not idle\n${lines.join('\n')}\n`,
    )
  }
}

/** The functions that most time was spent in themselves, with their share of all time that was not idle. */
export function heaviest({ nodes, samples, timeDeltas }: Profile): [string, string][] {
  const places = new Map(nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]))
  const times = new Map<string, number>()
  for (const [index, id] of samples.entries()) {
    const place = places.get(id) ?? ''
    times.set(place, (times.get(place) ?? 0) + (timeDeltas[index] ?? 0))
  }
  const busy = [...times].filter(([place]) => place !== '(idle)')
  const total = busy.reduce((sum, [, time]) => sum + time, 0)
  return busy
    .sort(([, a], [, b]) => b - a)
    .slice(0, SHOWN)
    .map(([place, time]) => [place, `${((time / total) * 100).toFixed(1)} %`])
}

// Named by its package or its place in the project: a path of this machine says nothing on another one.
function placeOf({ functionName, url, lineNumber }: Frame): string {
  const name = functionName || '(anonymous)'
  if (url === '') {
    return name
  } else {
    const path = url.startsWith('file:') ? fileURLToPath(url) : url
    const short = path.replace(/^.*node_modules\//, '').replace(`${root}/`, '')
    return `${name}  ${short}:${lineNumber + 1}`
  }
}
