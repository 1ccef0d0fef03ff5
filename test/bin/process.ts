// The site as a process of its own, started as a person starts it, with an environment that the test chooses.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inject, onTestFinished, vi } from 'vitest'
import { root } from '../../config/paths.ts'
import { CAPTCHA } from '../helper.ts'
import { isAlive } from '../is-alive.ts'
import { temporaryFolder, type AtTheEnd } from '../temporary-folder.ts'

export const TIMEOUT = { timeout: 50_000, interval: 20 } // for what takes long only on a busy machine

export type SiteProcess = ReturnType<typeof spawnSite>

type Environment = { DATA_DIR: string } & Record<string, string>

/** Start the site. It is ended with the test, whatever becomes of it, or when whoever is told how to end it does so. */
export function spawnSite(
  environment: Environment,
  atTheEnd: AtTheEnd = onTestFinished,
  folder = root,
) {
  const child = spawn(process.execPath, [join(folder, 'dist', 'bin', 'www.js')], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      XDG_CACHE_HOME: inject('cacheHome'),
      NODE_ENV: 'test', // as in development, but views and files are read once and not for each page
      LESSONS: 'off', // loading them takes time at each start
      PORT: '0',
      CAPTCHA: `fixed:${CAPTCHA}`,
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  }
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string)

  const kill = (signal: NodeJS.Signals) => {
    child.kill(signal)
    return ended
  }
  atTheEnd(async () => {
    const database = isOpen(said) ? await databasePid(environment.DATA_DIR) : 0
    await kill('SIGKILL')
    await vi.waitUntil(() => !isAlive(database), TIMEOUT)
  })
  return {
    pid: child.pid ?? 0,
    /** Everything that it wrote to the terminal. */
    said: () => said,
    /** Its exit code, or the signal that ended it, once it has ended. */
    ended,
    /** Send it a signal and wait until it has ended. */
    kill,
    /** Send it a signal that does not end it. */
    signal: (signal: NodeJS.Signals) => child.kill(signal),
    /** The process of its database. */
    databasePid: () => databasePid(environment.DATA_DIR),
    /** Where it is open, as soon as it says so. */
    address: () => vi.waitFor(() => addressIn(said), TIMEOUT),
  }
}

/** A new data folder, and a database of its own on the engine that the whole run shares: sooner there than an engine. */
export async function onSharedEngine() {
  const DATA_DIR = await temporaryFolder()
  const MONGO_URL = inject('mongoUrl').replace('/?', `/test-${DATA_DIR.slice(-6)}?`)
  return { DATA_DIR, MONGO_URL }
}

/** Start the site and wait until it is open. */
export async function openSite(...how: Parameters<typeof spawnSite>) {
  const site = spawnSite(...how)
  return { ...site, address: await site.address() }
}

const isOpen = (said: string) => said.includes(' is open: http')

function addressIn(said: string): string {
  const address = / is open: ([^\s"]+)/.exec(said)?.[1]
  if (address === undefined) throw new Error(`The site is not open: ${said}`)
  return address
}

// The engine writes the number of its process where every MongoDB does; nothing is there if it was closed in order.
async function databasePid(dataDir: string): Promise<number> {
  return Number(await readFile(join(dataDir, 'mongodb', 'mongod.lock'), 'utf8').catch(() => ''))
}
