// The machine, as far as figures depend on it.
import { readFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { pinning } from './pinning.ts'

export type Machine = ReturnType<typeof describeMachine>

/** What the figures were measured on. */
export function describeMachine() {
  return {
    cores: cpus().length, // not availableParallelism, which counts the cores that this process was pinned to
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    memory: `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    system: `${process.platform} ${process.arch}`,
    node: process.version,
    pinned: pinning,
  }
}

/** The memory of a process that lies in RAM, in MB. */
export function residentMemory(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readOf(pid, 'status')) ?? []
  return Number(kilobytes) / 1024
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
    return ''
  }
}
