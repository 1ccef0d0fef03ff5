// Node.js processes: each started on its core, with its output in a file, and none left behind.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { root } from '../config/paths.ts'
import { pinned, type Place } from './machine.ts'

const START_TIMEOUT = 120_000 // milliseconds, for a machine that is busy with other things
const STOP_TIMEOUT = 30_000 // milliseconds

export type Started = {
  pid: number
  child: ChildProcess
  isAlive: () => boolean
  /** What it has written so far. */
  log: () => string
  /** Ask it to end; returns its exit code, or the signal that had to help. */
  stop: () => Promise<number | string>
}

const alive = new Set<ChildProcess>()
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
    stdio: ['ignore', file, file, 'ipc'],
    detached: true, // a group of its own, which can be killed as a whole, and which Ctrl-C does not reach
  })
  closeSync(file)
  alive.add(child)
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string)
  void ended.then(() => alive.delete(child))
  return {
    pid: child.pid ?? 0,
    child,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    log: () => readFileSync(output, 'utf8'),
    stop: async () => {
      child.kill('SIGTERM')
      const timer = setTimeout(killGroup, STOP_TIMEOUT, child)
      return ended.finally(() => {
        clearTimeout(timer)
      })
    },
  }
}

/** End everything that still runs, whatever it is doing, and all that it started. */
export function killAll(): void {
  alive.forEach(killGroup)
}

/** Ask again and again until a page is there; returns after how many milliseconds. Throws if the process ends instead. */
export async function untilAnswered(url: string, { isAlive, log }: Started): Promise<number> {
  const began = performance.now()
  for (;;) {
    const isThere = await isAnswered(url)
    const waited = performance.now() - began
    if (isThere) {
      return waited
    } else if (!isAlive() || waited > START_TIMEOUT) {
      throw new Error(`${url} is not answered:\n${log()}`)
    }
    await wait(2)
  }
}

/** True if this address answers with 200. */
export async function isAnswered(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5000) })
    await answer.arrayBuffer()
    return answer.status === 200
  } catch {
    return false
  }
}

/** A port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

function killGroup({ pid = 0 }: ChildProcess): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // there is none any more
  }
}
