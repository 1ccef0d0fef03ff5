// The site under test: a process of its own with several workers and an engine, and the list of its processes.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { startServer, startWords, type Server } from '../processes.ts'

export type Site = Server
export type Process = { pid: number; role: 'primary' | 'worker' | 'engine'; megabytes: number }

export const CAPTCHA = 'SOAK5'

const LINE = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/

/**
 * Start the site in this folder and wait until it is open. Throws with what it said if it does not open.
 * It has an engine of its own, unless it is told of one by MONGO_URL.
 */
export async function openSite(folder: string, workers: number, mongoUrl?: string): Promise<Site> {
  const settings = {
    NODE_ENV: 'test',
    DATA_DIR: join(folder, 'data'),
    ...(mongoUrl === undefined ? {} : { MONGO_URL: mongoUrl }),
    WORKERS: String(workers),
    CAPTCHA: `fixed:${CAPTCHA}`,
    LESSONS: 'off',
    TRUST_PROXY: '1', // each user has an address of their own
    SESSION_IDLE_MINUTES: '1440', // nobody is away for long enough that a session may end by itself
    SESSION_ABSOLUTE_HOURS: '720',
    LOG_LEVEL: 'warn',
  }
  const where = { path: '/readyz', place: 'anywhere' } as const
  return startServer(join(folder, 'site.log'), startWords(), settings, where)
}

/** The site's primary and all that it started, and an engine beside it, the oldest first, each with the memory that lies in RAM. */
export function processesOf({ pid: primary }: Site): Process[] {
  const parents = [primary, process.pid]
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss=,args='], { encoding: 'utf8' })
  return lines
    .split('\n')
    .map((line) => LINE.exec(line) ?? [])
    .filter(([, pid, parent]) => Number(pid) === primary || parents.includes(Number(parent)))
    .flatMap(([, pid, , rss, command = '']) => {
      const role = Number(pid) === primary ? 'primary' : roleOf(command)
      return role ? [{ pid: Number(pid), role, megabytes: Number(rss) / 1024 }] : []
    })
}

// One that has ended but was not collected yet has no command any more, and the list itself is nobody's.
function roleOf(command: string): Process['role'] | undefined {
  if (command.includes('www.js')) return 'worker'
  return command.includes('embedded-mongodb') ? 'engine' : undefined
}
