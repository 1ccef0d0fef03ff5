// The processes that a process has started, as the system lists them.
import { execFileSync } from 'node:child_process'

/** The workers of a site, by the number of its primary's process; the engine is not among them. */
export function workersOf(primary: number): number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
  return lines
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [])
    .filter(([, , parent, words = '']) => Number(parent) === primary && words.includes('www.js'))
    .map(([, pid]) => Number(pid))
}
