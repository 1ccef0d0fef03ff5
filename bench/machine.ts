// The machine: what figures depend on, what a process uses of it, and which core does what.
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'

export type Place = 'contender' | 'load' | 'anywhere'

// A contender has a core to itself; the engine and the load share the other.
const CORES: Record<Place, string> = { contender: '0', load: '1', anywhere: '0,1' }
const canPin = availableParallelism() >= 2 && spawnSync('taskset', ['-V']).status === 0

/** What the figures were measured on. */
export function describeMachine() {
  return {
    cores: cpus().length, // not availableParallelism, which counts the cores that this process was pinned to
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    memory: `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    system: `${process.platform} ${process.arch}`,
    node: process.version,
    pinned: canPin
      ? 'the contender on core 0; the engine and the load on core 1'
      : 'nothing: this system has no taskset, or one core',
  }
}

/** The command that starts a program on its core. taskset becomes that program, so its process id stays the same. */
export function pinned(place: Place, command: [string, ...string[]]): [string, ...string[]] {
  return canPin ? ['taskset', '-c', CORES[place], ...command] : command
}

/** Move a process with all its threads to another place. What it starts from then on begins there. */
export function moveTo(place: Place, pid: number): void {
  if (canPin) execFileSync('taskset', ['-acp', CORES[place], String(pid)], { stdio: 'ignore' })
}

/** The memory of a process that lies in RAM, in MB. */
export function residentMemory(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readOf(pid, 'status')) ?? []
  return Number(kilobytes) / 1024
}

/** The processes that a process has started and that still run. */
export function childrenOf(pid: number): number[] {
  return readOf(pid, `task/${pid}/children`).split(' ').filter(Boolean).map(Number)
}

/** The seconds of processor time that a process has used; NaN where the system does not say. */
export function processorTime(pid: number): number {
  // The name in parentheses may hold spaces; user and system time are the 12th and 13th field after it, in hundredths.
  const fields = readOf(pid, 'stat')
    .replace(/^.*\) /s, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

function readOf(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    return '' // not Linux, or the process has ended
  }
}
