// Whether a process is still there.
import { readFileSync } from 'node:fs'

/** True while a process runs. One that has ended but was not collected by its parent yet does not run; 0 is none. */
export function isAlive(pid: number): boolean {
  return pid !== 0 && isKnown(pid) && !isZombie(pid)
}

function isKnown(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return true // gone since it was asked for
  }
}
