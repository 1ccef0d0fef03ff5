// Which processor core does what, where the system can be told: the contender has one to itself, engine and load share the other.
import { execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

export type Place = 'contender' | 'load' | 'anywhere'

const CORES: Record<Place, string> = { contender: '0', load: '1', anywhere: '0,1' }

/** True if taskset is there and there are two cores to tell apart. */
export const canPin = availableParallelism() >= 2 && hasTaskset()

/** The command that starts a program on its core. taskset becomes that program, so its process id stays the same. */
export function pinned(place: Place, command: string[]): [string, ...string[]] {
  const [program = '', ...rest] = command
  return canPin ? ['taskset', '-c', CORES[place], ...command] : [program, ...rest]
}

/** Move this process, and all that it starts from now on, beside the contender's core. */
export function pinMyself(): void {
  movedTo('load', process.pid)
}

/** Move a process with all its threads to another place. */
export function movedTo(place: Place, pid: number): void {
  if (canPin) execFileSync('taskset', ['-acp', CORES[place], String(pid)], { stdio: 'ignore' })
}

/** What was pinned, for the record. */
export const pinning = canPin
  ? 'the contender on core 0; the engine and the load on core 1'
  : 'nothing: this system has no taskset, or one core'

function hasTaskset(): boolean {
  try {
    execFileSync('taskset', ['-V'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
