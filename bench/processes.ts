// Processes of Node.js: contenders, sites and what works without HTTP, each on its core, its output in a file, and none left behind.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { root } from '../config/paths.ts'
import { pinned, type Place } from './machine.ts'

export type Started = {
  pid: number
  isAlive: () => boolean
  /** What it has written so far. */
  log: () => string
  /** Its exit code, or the signal that ended it. */
  ended: Promise<number | string>
  /** Ask it to end; it is killed if it does not. */
  stop: () => Promise<number | string>
}
/** One that listens, with the milliseconds until its first answer. */
export type Server = Started & { url: string; waited: number }

const START_TIMEOUT = 120_000 // milliseconds, for a machine that is busy with other things
const STOP_TIMEOUT = 30_000 // milliseconds

const alive = new Set<Started>()
process.once('exit', killAll)

/** Start Node.js with these arguments. Its output goes to a file, as a log does. */
export function startNode(
  output: string,
  args: string[],
  environment: Record<string, string>,
  place: Place = 'contender',
): Started {
  const file = openSync(output, 'a')
  const [program, ...rest] = pinned(place, [process.execPath, ...args])
  const { PATH = '', HOME = '', XDG_CACHE_HOME } = process.env
  const child = spawn(program, rest, {
    cwd: root,
    env: { PATH, HOME, ...(XDG_CACHE_HOME ? { XDG_CACHE_HOME } : {}), ...environment },
    stdio: ['ignore', file, file],
    detached: true, // a group of its own, which can be killed as a whole, and which Ctrl-C does not reach
  })
  closeSync(file)
  const started: Started = {
    pid: child.pid ?? 0,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    log: () => readFileSync(output, 'utf8'),
    ended: once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string),
    stop: async () => {
      child.kill('SIGTERM')
      const timer = setTimeout(killGroup, STOP_TIMEOUT, started)
      return started.ended.finally(() => clearTimeout(timer))
    },
  }
  alive.add(started)
  void started.ended.then(() => alive.delete(started))
  return started
}

/** Start what listens on the port that it finds in PORT, and wait until this path of it is answered. */
export async function startServer(
  output: string,
  args: string[],
  environment: Record<string, string>,
  { path = '/login', place = 'contender' }: { path?: string; place?: Place } = {},
): Promise<Server> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const own = { PORT: String(port), BASE_URL: url }
  const started = startNode(output, args, { ...own, ...environment }, place)
  return { ...started, url, waited: await untilAnswered(`${url}${path}`, started) }
}

/** Node's flags and the program, as `npm start` has them: what is measured has to run with the same flags. */
export function startWords(): string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: { start: string }
  }
  return scripts.start.split(' ').slice(2) // after "exec node"
}

/** End everything in order that still runs. */
export async function stopAll(): Promise<void> {
  await Promise.all([...alive].map(({ stop }) => stop()))
}

/** End everything that still runs, whatever it is doing, and all that it started. */
export function killAll(): void {
  alive.forEach(killGroup)
}

/** Ask again and again until a page is there; returns after how many milliseconds. Throws if the process ends instead. */
export async function untilAnswered(url: string, { isAlive, log }: Started): Promise<number> {
  const began = performance.now()
  while (!(await isAnswered(url))) {
    if (!isAlive() || performance.now() - began > START_TIMEOUT) {
      throw new Error(`${url} is not answered:\n${log()}`)
    }
    await wait(2)
  }
  return performance.now() - began
}

/** True if this address is answered, and not by an error of the server. */
export async function isAnswered(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5000) })
    await answer.arrayBuffer()
    return answer.status < 500
  } catch {
    return false
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

function killGroup({ pid }: Started): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // there is none any more
  }
}
