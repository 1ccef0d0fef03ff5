// The memory of the site's processes over the run, and by how much it grows in its second half.
import { slope } from '../statistics.ts'
import { pause } from './browser.ts'
import { processesOf, type Process, type Site } from './site.ts'
import { check, type Check } from './verdict.ts'

export type Sample = { at: number; megabytes: number }
export type Growth = {
  role: Process['role']
  seconds: number
  first: number
  last: number
  most: number
  perMinute: number
}

const GAP = 2000 // milliseconds between two looks
const MIN_SECONDS_SHOWN = 40 // that a process has to be watched
const MIN_SECONDS_JUDGED = 100 // in a shorter time a heap that breathes looks like one that grows
const WARM_UP = { short: 20_000, long: 90_000 } // milliseconds in which a new process only fills its heap
const WINDOW = 10_000 // milliseconds
const LONG_RUN = 5 // minutes, from which on growth is judged
const MAX_SLOPE = { primary: 1, worker: 5, engine: 10 } // MB a minute; the engine's cache fills for a while

export class Memory {
  private readonly watched = new Map<number, { role: Process['role']; samples: Sample[] }>()

  /** Look at all processes every two seconds, until it is over. */
  async watch(site: Site, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      for (const { pid, role, megabytes } of processesOf(site)) {
        const watched = this.watched.get(pid) ?? { role, samples: [] }
        watched.samples.push({ at: performance.now(), megabytes })
        this.watched.set(pid, watched)
      }
      await pause(GAP, over)
    }
  }

  /** How each process that was watched for long enough grew, over the second half of the run. */
  growths(minutes: number): Growth[] {
    const warmUp = minutes < LONG_RUN ? WARM_UP.short : WARM_UP.long
    const processes = [...this.watched.values()]
    const times = processes.flatMap(({ samples }) => samples.map(({ at }) => at))
    const half = (Math.min(...times) + Math.max(...times)) / 2
    return processes
      .map(({ role, samples }) => {
        const from = Math.max(half, (samples[0]?.at ?? 0) + warmUp)
        return growthOf(
          role,
          samples.filter(({ at }) => at >= from),
        )
      })
      .filter(({ seconds }) => seconds >= MIN_SECONDS_SHOWN)
  }
}

/** Memory that grows as if it would never end breaks a promise, but only a long run can tell. */
export function judgeMemory(growths: Growth[], minutes: number): Check[] {
  const judged = growths.filter(({ seconds }) => seconds >= MIN_SECONDS_JUDGED)
  const details = judged
    .filter(({ role, perMinute }) => perMinute > MAX_SLOPE[role])
    .map(({ role, perMinute }) => `${role}: ${perMinute} MB a minute, more than ${MAX_SLOPE[role]}`)
  const roles = [...new Set(judged.map(({ role }) => role))].join(', ')
  return minutes < LONG_RUN || judged.length === 0
    ? []
    : [check(`memory stays flat in the second half (${roles})`, details)]
}

function growthOf(role: Process['role'], samples: Sample[]): Growth {
  const [first, last] = [samples[0], samples.at(-1)]
  const most = Math.max(0, ...samples.map(({ megabytes }) => megabytes))
  return {
    role,
    seconds: Math.round(((last?.at ?? 0) - (first?.at ?? 0)) / 1000),
    first: Number((first?.megabytes ?? 0).toFixed(1)),
    last: Number((last?.megabytes ?? 0).toFixed(1)),
    most: Number(most.toFixed(1)),
    perMinute: Number(slope(lowestOf(samples)).toFixed(2)),
  }
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
