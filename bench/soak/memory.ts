// The memory of the site's processes over the run, and by how much it grows in its second half.
import { setInterval as every } from 'node:timers/promises'
import { slope } from '../statistics.ts'
import { processesOf, type Process } from './processes.ts'
import type { Site } from './site.ts'
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
type Life = { role: Process['role']; samples: Sample[] }

const GAP = 2000 // milliseconds between two looks
const WORTH_TELLING = 40 // seconds that a process has to be watched
const WORTH_JUDGING = 100 // seconds; in a shorter time a heap that breathes looks like one that grows
const WARM = { short: 20, long: 90 } // seconds in which a new process only fills its heap
const WINDOW = 10_000 // milliseconds
const LONG_RUN = 5 // minutes, from which on growth is judged
const STEEPEST = { primary: 1, worker: 5, engine: 10 } // MB a minute; the engine's cache fills for a while

export class Memory {
  private readonly lives = new Map<number, Life>()

  /** Look at all processes every two seconds, until it is over. */
  async follow(site: Site, over: AbortSignal): Promise<void> {
    try {
      for await (const _ of every(GAP, undefined, { signal: over })) this.look(site)
    } catch (error) {
      if (!over.aborted) throw error
    }
  }

  /** How each process that was watched for long enough grew, over the second half of the run. */
  growths(minutes: number): Growth[] {
    const cold = minutes < LONG_RUN ? WARM.short : WARM.long
    const all = [...this.lives.values()].flatMap(({ samples }) => samples.map(({ at }) => at))
    const [first, last] = [Math.min(...all), Math.max(...all)]
    const half = first + (last - first) / 2
    return [...this.lives.values()]
      .map(({ role, samples }) => {
        const warm = (samples[0]?.at ?? 0) + cold * 1000
        return growthOf(
          role,
          samples.filter(({ at }) => at >= half && at >= warm),
        )
      })
      .filter(({ seconds }) => seconds >= WORTH_TELLING)
  }

  private look({ pid }: Site): void {
    for (const { pid: one, role, megabytes } of processesOf(pid)) {
      const life = this.lives.get(one) ?? { role, samples: [] }
      this.lives.set(one, life)
      life.samples.push({ at: performance.now(), megabytes })
    }
  }
}

/** Memory that grows as if it would never end breaks a promise, but only a long run can tell. */
export function judgeMemory(growths: Growth[], minutes: number): Check[] {
  const judged = growths.filter(({ seconds }) => seconds >= WORTH_JUDGING)
  const details = judged
    .filter(({ role, perMinute }) => perMinute > STEEPEST[role])
    .map(({ role, perMinute }) => `${role}: ${perMinute} MB a minute, more than ${STEEPEST[role]}`)
  const roles = [...new Set(judged.map(({ role }) => role))].join(', ')
  return minutes < LONG_RUN || judged.length === 0
    ? []
    : [check(`memory stays flat in the second half (${roles})`, details)]
}

function growthOf(role: Life['role'], samples: Sample[]): Growth {
  const sizes = samples.map(({ megabytes }) => megabytes)
  const rounded = (value: number) => Math.round(value * 10) / 10
  return {
    role,
    seconds: Math.round(((samples.at(-1)?.at ?? 0) - (samples[0]?.at ?? 0)) / 1000),
    first: rounded(sizes[0] ?? 0),
    last: rounded(sizes.at(-1) ?? 0),
    most: rounded(Math.max(0, ...sizes)),
    perMinute: Math.round(slope(floorOf(samples)) * 100) / 100,
  }
}

// The lowest of each ten seconds, by minutes: a password's check takes a lot of memory for a moment, which is no growth.
function floorOf(samples: Sample[]): { x: number; y: number }[] {
  const lowest = new Map<number, Sample>()
  for (const one of samples) {
    const window = Math.floor(one.at / WINDOW)
    if (one.megabytes < (lowest.get(window)?.megabytes ?? Infinity)) lowest.set(window, one)
  }
  return [...lowest.values()].map(({ at, megabytes }) => ({ x: at / 60_000, y: megabytes }))
}
