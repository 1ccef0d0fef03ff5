// What is done to the site: its workers and its database's process are killed, and all workers are replaced.
import { setTimeout as wait } from 'node:timers/promises'
import type { Chance } from './chance.ts'
import type { Options } from './options.ts'
import { pause } from './pace.ts'
import { processesOf, type Process } from './processes.ts'
import type { Site } from './site.ts'
import type { Trouble, Watch } from './watch.ts'

export type Planned = Pick<Trouble, 'kind' | 'at'>

const KINDS = { worker: 45, engine: 45, 'all workers': 10 }
const LONG = 5 // minutes, from which on memory is judged
const SPARED = 1 / 3 // of a run; afterwards the oldest worker lives on, so that its memory can be judged
const QUIET = 0.7 // of a long run; afterwards the engine does too
const PATIENCE = 60_000 // milliseconds for the site to be whole again before the next kill

/** When what will be done, in milliseconds from the beginning; the same for the same seed. */
export function planTroubles({ minutes, every }: Options, chance: Chance): Planned[] {
  const length = minutes * 60_000
  const count = Math.max(2, Math.round(length / 1000 / every))
  const kills = Array.from({ length: count }, (_, index) => {
    const share = (index + 0.3 + chance.next() * 0.6) / (count + 0.5)
    // The first two are one of each, however short the run.
    const drawn = chance.weighed(KINDS)
    const kind = index === 0 ? 'worker' : index === 1 ? 'engine' : drawn
    const isEngineSpared = minutes >= LONG && share > QUIET
    const spared = [
      ...(share > SPARED ? ['all workers'] : []),
      ...(isEngineSpared ? ['engine'] : []),
    ]
    return { at: share * length, kind: spared.includes(kind) ? ('worker' as const) : kind }
  })
  const replacements = minutes >= 1 ? [0.15, 0.3] : []
  const all = replacements.map((share) => ({ at: share * length, kind: 'replacement' as const }))
  return [...kills, ...all].sort((a, b) => a.at - b.at)
}

/** Do all of it, each at its time, if the site is whole again by then. */
export async function makeTrouble(
  plan: Planned[],
  { site, watch, chance, over }: { site: Site; watch: Watch; chance: Chance; over: AbortSignal },
  { workers, minutes }: Options,
): Promise<void> {
  const began = performance.now()
  const sparedFrom = minutes * 60_000 * SPARED
  for (const { at, kind } of plan) {
    await pause(Math.max(0, began + at - performance.now()), over)
    const all = await wholeSite(site, workers, over)
    if (over.aborted || !site.isAlive()) return
    watch.did(kind)
    if (kind === 'replacement') {
      process.kill(site.pid, 'SIGHUP')
    } else {
      for (const { pid } of victims(all, kind, chance, at > sparedFrom)) kill(pid)
    }
  }
}

function victims(all: Process[], kind: Trouble['kind'], chance: Chance, sparesOldest: boolean) {
  const workers = all.filter(({ role }) => role === 'worker')
  if (kind === 'engine') {
    return all.filter(({ role }) => role === 'engine')
  } else if (kind === 'all workers') {
    return workers
  } else {
    const candidates = sparesOldest ? workers.slice(1) : workers
    return candidates.length > 0 ? [chance.pick(candidates)] : []
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // it has ended by itself since it was listed
  }
}

// The site's processes, once there are as many as there have to be.
async function wholeSite(site: Site, workers: number, over: AbortSignal): Promise<Process[]> {
  const giveUpAt = performance.now() + PATIENCE
  for (;;) {
    const all = processesOf(site.pid)
    const count = (role: Process['role']) => all.filter((one) => one.role === role).length
    const isWhole = count('worker') === workers && count('engine') === 1 && (await isReady(site))
    if (isWhole || over.aborted || !site.isAlive() || performance.now() > giveUpAt) return all
    await wait(100)
  }
}

/** True if a worker of the site says that it and the database are there. */
export async function isReady({ url }: Site): Promise<boolean> {
  return fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5000) }).then(
    ({ status }) => status === 200,
    () => false,
  )
}
