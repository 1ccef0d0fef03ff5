// The site under test: a process of its own in a folder that is gone afterwards, with several workers and an engine.
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, killAll, startNode, untilAnswered, type Started } from '../processes.ts'
import { program } from '../site.ts'

export type Site = Started & { url: string; clear: () => Promise<void> }
export type Process = { pid: number; role: 'primary' | 'worker' | 'engine'; megabytes: number }

export const CAPTCHA = 'SOAK5'

const LINE = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/
const KILOBYTES = 1024

/** Start the site and wait until it is open. Throws with what it said if it does not open. */
export async function openSite(workers: number): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'sesame-soak-'))
  const port = await freePort()
  const environment = {
    NODE_ENV: 'test',
    PORT: String(port),
    DATA_DIR: join(folder, 'data'),
    WORKERS: String(workers),
    CAPTCHA: `fixed:${CAPTCHA}`,
    LESSONS: 'off',
    TRUST_PROXY: '1', // each user has an address of their own
    SESSION_IDLE_MINUTES: '1440', // nobody is away for long enough that a session may end by itself
    SESSION_ABSOLUTE_HOURS: '720',
    LOG_LEVEL: 'warn',
  }
  const site = startNode(join(folder, 'site.log'), program, environment, 'anywhere')
  const url = `http://127.0.0.1:${port}`
  const clear = async () => {
    killAll()
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
  try {
    await untilAnswered(`${url}/readyz`, site)
    return { ...site, url, clear }
  } catch (error) {
    await clear()
    throw error
  }
}

/** The site's primary and all that it started, the oldest first, each with the memory that lies in RAM. */
export function processesOf({ pid: primary }: Site): Process[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss=,args='], { encoding: 'utf8' })
  return lines
    .split('\n')
    .map((line) => LINE.exec(line) ?? [])
    .filter(([, pid, parent]) => Number(pid) === primary || Number(parent) === primary)
    .flatMap(([, pid, , rss, command = '']) => {
      const role = Number(pid) === primary ? 'primary' : roleOf(command)
      return role ? [{ pid: Number(pid), role, megabytes: Number(rss) / KILOBYTES }] : []
    })
}

// One that has ended but was not collected yet has no command any more, and the list itself is nobody's.
function roleOf(command: string): Process['role'] | undefined {
  if (command.includes('www.js')) return 'worker'
  return command.includes('embedded-mongodb') ? 'engine' : undefined
}
