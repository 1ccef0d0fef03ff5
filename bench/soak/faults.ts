// What is done to the site: its workers and its database's process are killed, and all workers are replaced.
import { isAnswered } from '../processes.ts'
import { pause } from './browser.ts'
import type { Fault, Observations } from './observations.ts'
import type { Options } from './options.ts'
import type { Random } from './random.ts'
import { processesOf, type Process, type Site } from './site.ts'

const KINDS = [
  { weight: 45, kind: 'worker' },
  { weight: 45, kind: 'engine' },
  { weight: 10, kind: 'all workers' },
] as const
const LONG_RUN = 5 // minutes, from which on memory is judged
const WORKERS_SPARED = 1 / 3 // of a run; afterwards the oldest worker lives on, so that its memory can be judged
const ENGINE_SPARED = 0.7 // of a long run; afterwards the engine does too
const WHOLE_TIMEOUT = 60_000 // milliseconds for the site to be whole again before the next kill

/** When what will be done, in milliseconds from the beginning; the same for the same seed. */
export function planFaults({ minutes, every }: Options, random: Random): Fault[] {
  const length = minutes * 60_000
  const count = Math.max(2, Math.round(length / 1000 / every))
  const kills = Array.from({ length: count }, (_, index): Fault => {
    const share = (index + 0.3 + random.next() * 0.6) / (count + 0.5)
    const { kind: drawn } = random.weighted(KINDS)
    // The first two are one of each, however short the run.
    const kind = (['worker', 'engine'] as const)[index] ?? drawn
    const isSpared =
      (kind === 'all workers' && share > WORKERS_SPARED) ||
      (kind === 'engine' && minutes >= LONG_RUN && share > ENGINE_SPARED)
    return { at: share * length, kind: isSpared ? 'worker' : kind }
  })
  const replacements = minutes >= 1 ? [0.15, 0.3] : []
  const all = replacements.map((share): Fault => ({ at: share * length, kind: 'replacement' }))
  return [...kills, ...all].sort((a, b) => a.at - b.at)
}

/** Do all of it, each at its time, if the site is whole again by then. */
export async function causeFaults(
  plan: Fault[],
  { workers, minutes }: Options,
  { site, observations, random, over }: Surroundings,
): Promise<void> {
  const began = performance.now()
  const sparedFrom = minutes * 60_000 * WORKERS_SPARED
  for (const { at, kind } of plan) {
    await pause(Math.max(0, began + at - performance.now()), over)
    const all = await untilWhole(site, workers, over)
    if (over.aborted || !site.isAlive()) return
    observations.faults.push({ kind, at: performance.now() })
    const signal = kind === 'replacement' ? 'SIGHUP' : 'SIGKILL'
    for (const { pid } of victimsOf(kind, all, random, at > sparedFrom)) send(signal, pid)
  }
}

type Surroundings = { site: Site; observations: Observations; random: Random; over: AbortSignal }

// The primary replaces the workers itself, when it is told to.
function victimsOf(kind: Fault['kind'], all: Process[], random: Random, sparesOldest: boolean) {
  const workers = all.filter(({ role }) => role === 'worker')
  const candidates = sparesOldest ? workers.slice(1) : workers
  if (kind === 'replacement') return all.filter(({ role }) => role === 'primary')
  if (kind === 'engine') return all.filter(({ role }) => role === 'engine')
  if (kind === 'all workers') return workers
  return candidates.length > 0 ? [random.pick(candidates)] : []
}

function send(signal: 'SIGHUP' | 'SIGKILL', pid: number): void {
  try {
    process.kill(pid, signal)
  } catch {
    // it has ended by itself since it was listed
  }
}

// The site's processes, once there are as many as there have to be, and a worker says that it and the database are there.
async function untilWhole(site: Site, workers: number, over: AbortSignal): Promise<Process[]> {
  const giveUpAt = performance.now() + WHOLE_TIMEOUT
  for (;;) {
    const all = processesOf(site)
    const count = (role: Process['role']) => all.filter((one) => one.role === role).length
    const isComplete = count('worker') === workers && count('engine') === 1
    const isWhole = isComplete && (await isAnswered(`${site.url}/readyz`))
    if (isWhole || over.aborted || !site.isAlive() || performance.now() > giveUpAt) return all
    await pause(100, over)
  }
}
