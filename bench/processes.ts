// The contenders' processes: each started on its core, with its output in a file, and none left behind.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../config/paths.ts'
import { pinned, type Place } from './pinning.ts'
import type { Stage } from './stage.ts'

const PATIENCE = 20_000 // milliseconds

export type Started = {
  pid: number
  child: ChildProcess
  output: string
  stop: () => Promise<void>
}

const alive = new Set<ChildProcess>()
process.once('exit', stopAll)

/** Start Node.js with these arguments, as in production. Its output goes to a file, as a log does. */
export function startNode(
  { folder }: Stage,
  name: string,
  args: string[],
  environment: Record<string, string> = {},
  place: Place = 'contender',
): Started {
  const output = join(folder, `${name}.log`)
  const file = openSync(output, 'a')
  const [program, ...rest] = pinned(place, [process.execPath, ...args])
  const child = spawn(program, rest, {
    cwd: root,
    env: { ...basics(), NODE_ENV: 'production', ...environment },
    stdio: ['ignore', file, file, 'ipc'],
  })
  closeSync(file)
  alive.add(child)
  const ended = once(child, 'exit').then(() => void alive.delete(child))
  return {
    pid: child.pid ?? 0,
    child,
    output,
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** End all that still run: a case that broke leaves its contenders behind. */
export function stopAll(): void {
  for (const child of alive) child.kill('SIGKILL')
}

/** Start one of the files in bench/contenders. */
export function startContender(stage: Stage, name: string, file: string, values: object): Started {
  const path = join(import.meta.dirname, 'contenders', file)
  return startNode(stage, name, ['--import', 'tsx', path, JSON.stringify(values)])
}

/** The next message of a process. Throws with what it wrote if it ends instead. */
export async function messageOf<T>({ child, output }: Started): Promise<T> {
  const over = new AbortController()
  const { signal } = over
  try {
    const message = once(child, 'message', { signal }).then(([value]) => value as T)
    const ended = once(child, 'exit', { signal }).then((): never => {
      throw new Error(`A contender broke:\n${readFileSync(output, 'utf8')}`)
    })
    return await Promise.race([message, ended])
  } finally {
    over.abort()
  }
}

/** Where a contender listens, as it says itself. */
export async function addressOf(started: Started): Promise<string> {
  const { port } = await messageOf<{ port: number }>(started)
  return `http://127.0.0.1:${port}`
}

/** Ask again and again until a page is there; returns after how many milliseconds. */
export async function untilAnswered(url: string, { child, output }: Started): Promise<number> {
  const began = performance.now()
  for (;;) {
    const status = await fetch(url).then(
      async (answer) => (await answer.arrayBuffer(), answer.status),
      () => 0,
    )
    const waited = performance.now() - began
    if (status === 200) {
      return waited
    } else if (child.exitCode !== null || waited > PATIENCE) {
      throw new Error(`${url} is not answered (${status}):\n${readFileSync(output, 'utf8')}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

function basics(): Record<string, string> {
  const { PATH = '', HOME = '', XDG_CACHE_HOME } = process.env
  return { PATH, HOME, ...(XDG_CACHE_HOME ? { XDG_CACHE_HOME } : {}) }
}
