// The site under test: a process of its own in a folder that is gone afterwards, with several workers.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { root } from '../../config/paths.ts'
import { startWords } from '../start-words.ts'

export const CAPTCHA = 'SOAK5'

export type Site = {
  url: string
  pid: number
  isAlive: () => boolean
  /** What the site logged, line by line. */
  log: () => string[]
  /** Ask it to end; returns its exit code, or the signal that had to help. */
  stop: () => Promise<number | string>
  /** End it whatever it is doing, and remove its folder. */
  clear: () => Promise<void>
}

const program = startWords()
const PATIENCE = 120_000 // milliseconds, for a machine that is busy with other things
const STOP_PATIENCE = 30_000

/** Start the site and wait until it is open. Throws with what it said if it does not open. */
export async function openSite(workers: number): Promise<Site> {
  if (!existsSync(join(root, program.at(-1) ?? '')))
    throw new Error('The site is not built: run npm run prepare first')
  const folder = await mkdtemp(join(tmpdir(), 'sesame-soak-'))
  const logFile = join(folder, 'site.log')
  const file = openSync(logFile, 'a')
  const child = spawn(process.execPath, program, {
    cwd: root,
    env: environment(folder, workers),
    stdio: ['ignore', file, file],
    detached: true, // Ctrl-C is for the crowd: the site has to answer the checks that follow
  })
  closeSync(file)
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string)
  const killAll = () => {
    try {
      process.kill(-(child.pid ?? 0), 'SIGKILL') // the whole group: the engine and the workers too
    } catch {
      // there is none any more
    }
  }
  process.once('exit', killAll)
  const log = () => readFileSync(logFile, 'utf8').split('\n')
  const isAlive = () => child.exitCode === null && child.signalCode === null
  const clear = async () => {
    killAll()
    await ended
    process.off('exit', killAll)
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
  try {
    const url = await addressIn(log, isAlive)
    const stop = async () => {
      child.kill('SIGTERM')
      const impatience = setTimeout(killAll, STOP_PATIENCE)
      return ended.finally(() => {
        clearTimeout(impatience)
      })
    }
    return { url, pid: child.pid ?? 0, isAlive, log, stop, clear }
  } catch (error) {
    await clear()
    throw error
  }
}

function environment(folder: string, workers: number): Record<string, string> {
  const { PATH = '', HOME = '', XDG_CACHE_HOME } = process.env
  return {
    PATH,
    HOME,
    ...(XDG_CACHE_HOME ? { XDG_CACHE_HOME } : {}),
    NODE_ENV: 'test',
    PORT: '0',
    DATA_DIR: join(folder, 'data'),
    WORKERS: String(workers),
    CAPTCHA: `fixed:${CAPTCHA}`,
    LESSONS: 'off',
    TRUST_PROXY: '1', // everybody in the crowd has an address of their own
    SESSION_IDLE_MINUTES: '1440', // nobody is away for long enough that a session may end by itself
    SESSION_ABSOLUTE_HOURS: '720',
    LOG_LEVEL: 'warn',
  }
}

async function addressIn(log: () => string[], isAlive: () => boolean): Promise<string> {
  const giveUpAt = Date.now() + PATIENCE
  while (isAlive() && Date.now() < giveUpAt) {
    await wait(50)
    const [, address] = /^Sesame is open: (\S+)$/m.exec(log().join('\n')) ?? []
    if (address !== undefined) return address
  }
  throw new Error(`The site did not open:\n${log().join('\n')}`)
}
