// The memory of the site's processes over the run, and by how much it grows in its second half.
import { slope } from '../statistics.ts'
import { pause } from './browser.ts'
import type { Facts, Promises } from './observations.ts'
import { processesOf, type Process, type Site } from './site.ts'

/** Looks at all processes; `at` is milliseconds of performance.now(). */
export type Sample = Process & { at: number }
type Growth = { role: Process['role']; seconds: number; megabytes: number[]; perMinute: number }

const GAP = 2000 // milliseconds between two looks
const MIN_SECONDS_SHOWN = 40 // that a process has to be watched
const MIN_SECONDS_JUDGED = 100 // in a shorter time a heap that breathes looks like one that grows
const WARM_UP = { short: 20_000, long: 90_000 } // milliseconds in which a new process only fills its heap
const WINDOW = 10_000 // milliseconds
const LONG_RUN = 5 // minutes, from which on growth is judged
const MAX_SLOPE = { primary: 1, worker: 5, engine: 10 } // MB a minute; the engine's cache fills for a while

/** Look at all processes every two seconds, until it is over. */
export async function watchMemory(site: Site, over: AbortSignal): Promise<Sample[]> {
  const samples: Sample[] = []
  while (!over.aborted) {
    const at = performance.now()
    samples.push(...processesOf(site).map((one) => ({ ...one, at })))
    await pause(GAP, over)
  }
  return samples
}

/** Memory that grows as if it would never end breaks a promise, but only a long run can tell. */
export function judgeMemory(samples: Sample[], minutes: number) {
  const growths = growthsOf(samples, minutes < LONG_RUN ? WARM_UP.short : WARM_UP.long)
  const judged = growths.filter(({ seconds }) => seconds >= MIN_SECONDS_JUDGED)
  const facts: Facts = {}
  for (const { role, seconds, megabytes, perMinute } of growths) {
    const [first, last, most] = [megabytes[0], megabytes.at(-1), Math.max(...megabytes)]
    const range = `${first} to ${last} MB in ${seconds} s, at most ${most} MB`
    facts[`memory of the ${role}`] = `${range}; ${perMinute} MB a minute`
  }
  const roles = judged.map(({ role }) => role).join(', ')
  const steep = judged.filter(({ role, perMinute }) => perMinute > MAX_SLOPE[role])
  const promises: Promises = {
    [`memory stays flat in the second half (${roles})`]: steep.map(
      ({ role, perMinute }) => `${role}: ${perMinute} MB a minute, not ${MAX_SLOPE[role]}`,
    ),
  }
  return { facts, promises: minutes < LONG_RUN || judged.length === 0 ? {} : promises }
}

// How each process that was watched for long enough grew, over the second half of the run.
function growthsOf(samples: Sample[], warmUp: number): Growth[] {
  const half = ((samples[0]?.at ?? 0) + (samples.at(-1)?.at ?? 0)) / 2
  const pids = [...new Set(samples.map(({ pid }) => pid))]
  return pids.flatMap((pid): Growth[] => {
    const all = samples.filter((one) => one.pid === pid)
    const [born] = all
    const from = Math.max(half, (born?.at ?? 0) + warmUp)
    const late = all.filter(({ at }) => at >= from)
    const seconds = Math.round(((late.at(-1)?.at ?? 0) - (late[0]?.at ?? 0)) / 1000)
    if (!born || seconds < MIN_SECONDS_SHOWN) return []
    const megabytes = late.map((one) => Number(one.megabytes.toFixed(1)))
    const perMinute = Number(slope(lowestOf(late)).toFixed(2))
    return [{ role: born.role, seconds, megabytes, perMinute }]
  })
}

// The lowest of each ten seconds, by minutes: a password's check takes a lot of memory for a moment, which is no growth.
function lowestOf(samples: Sample[]): { x: number; y: number }[] {
  const lowest = new Map<number, Sample>()
  for (const sample of samples) {
    const window = Math.floor(sample.at / WINDOW)
    if (sample.megabytes < (lowest.get(window)?.megabytes ?? Infinity)) lowest.set(window, sample)
  }
  return [...lowest.values()].map(({ at, megabytes }) => ({ x: at / 60_000, y: megabytes }))
}
