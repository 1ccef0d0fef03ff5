// The processes of the site under test, as the system lists them: the primary, its workers, its database's engine.
import { execFileSync } from 'node:child_process'

export type Process = { pid: number; role: 'primary' | 'worker' | 'engine'; megabytes: number }

const LINE = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/
const KILOBYTES = 1024

/** The primary with this number and all that it started, the oldest first, each with the memory that lies in RAM. */
export function processesOf(primary: number): Process[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss=,args='], { encoding: 'utf8' })
  return lines
    .split('\n')
    .map((line) => LINE.exec(line) ?? [])
    .filter(([, pid, parent]) => Number(pid) === primary || Number(parent) === primary)
    .flatMap(([, pid, , rss, words = '']) => {
      const role = Number(pid) === primary ? 'primary' : roleOf(words)
      return role ? [{ pid: Number(pid), role, megabytes: Number(rss) / KILOBYTES }] : []
    })
}

// One that has ended but was not collected yet has no words any more, and the list itself is nobody's.
function roleOf(words: string): Process['role'] | undefined {
  if (words.includes('www.js')) {
    return 'worker'
  } else if (words.includes('embedded-mongodb')) {
    return 'engine'
  } else {
    return undefined
  }
}
