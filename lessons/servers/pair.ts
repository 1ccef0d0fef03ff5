// The two servers of the lesson as the process has them that started them: its children, which never outlive it.
import { fork, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import pLimit from 'p-limit'
import { MINUTE } from '../../config/time.ts'

/** One of the two servers. It answers on this port of the machine, and only whoever sends its key. */
export type Server = { name: string; pid: number; port: number; key: string; isAlive: boolean }

/** What the servers have to know: where the lesson is, its secret, and where it keeps its sessions. */
export type Order = {
  path: string
  secret: string
  database: { mongoUrl: string; dbName: string; collectionName: string }
}

/** What can be done with the servers, from whichever process of the site. */
export type Servers = {
  /** Both, started if they do not run, and kept for a while from now on. Throws if they do not start. */
  use: () => Promise<Server[]>
  /** Both as they are, dead ones too; none if they do not run. Starts nothing, and looking at them does not keep them. */
  look: () => Promise<Server[]>
  /** Kill one of them, and wait until it is gone. False if it was not alive. */
  kill: (name: string) => Promise<boolean>
  /** End both, wait until they are gone, and start new ones. Throws if they do not start. */
  restart: () => Promise<void>
  /** End what this process started, and wait until it is gone. */
  close: () => Promise<void>
}

/** The file that runs in each of the two processes, beside this one: .ts from the sources, .js when it is built. */
export const SERVER_SCRIPT = import.meta.filename.replace(/pair(\.\w+)$/, 'server-process$1')

const NAMES = ['A', 'B']
const IDLE = 5 * MINUTE

type Child = { server: Server; process: ChildProcess }

/** The pair of the process that makes this object. `idle`, in milliseconds, is how long it stays without a request. */
export class ServerPair implements Servers {
  private readonly order: Order
  private readonly idle: number
  private readonly inTurn = pLimit(1) // one request does not start what another one is ending
  private children: Child[] = []
  private bedtime: NodeJS.Timeout | undefined

  constructor(order: Order, idle = IDLE) {
    this.order = order
    this.idle = idle
  }

  async use(): Promise<Server[]> {
    return this.inTurn(() => this.keep())
  }

  look(): Promise<Server[]> {
    return Promise.resolve(this.servers())
  }

  async kill(name: string): Promise<boolean> {
    return this.inTurn(async () => {
      const child = this.children.find(({ server }) => server.name === name)
      const wasAlive = child?.server.isAlive === true
      if (wasAlive) await endAll([child])
      return wasAlive
    })
  }

  async restart(): Promise<void> {
    await this.inTurn(async () => {
      await this.end()
      await this.keep()
    })
  }

  async close(): Promise<void> {
    await this.inTurn(() => this.end())
  }

  private servers(): Server[] {
    return this.children.map(({ server }) => ({ ...server }))
  }

  private async keep(): Promise<Server[]> {
    if (this.children.length === 0) this.children = await startAll(this.order)
    clearTimeout(this.bedtime)
    this.bedtime = setTimeout(() => void this.close(), this.idle).unref()
    return this.servers()
  }

  private async end(): Promise<void> {
    clearTimeout(this.bedtime)
    await endAll(this.children)
    this.children = []
  }
}

// All or none.
async function startAll(order: Order): Promise<Child[]> {
  const started = NAMES.map((name) => launch(name))
  try {
    await Promise.all(started.map((child) => open(child, order)))
    return started
  } catch (error) {
    await endAll(started)
    throw error
  }
}

// The channel to it closes when this process is gone, in whatever way: that is how the child knows.
function launch(name: string): Child {
  const tsx = () => ['--import', createRequire(import.meta.url).resolve('tsx')]
  const child = fork(SERVER_SCRIPT, [], {
    execArgv: SERVER_SCRIPT.endsWith('.ts') ? tsx() : [],
    env: { PATH: '/usr/bin:/bin' }, // none of the site's secrets
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  // No other user of this machine may speak to it, and no page that a browser here has open.
  const key = randomBytes(32).toString('base64url')
  const server = { name, pid: child.pid ?? 0, port: 0, key, isAlive: true }
  child.once('exit', () => (server.isAlive = false))
  return { server, process: child }
}

async function open({ server, process: child }: Child, order: Order): Promise<void> {
  child.send({ ...order, key: server.key })
  const ended = once(child, 'exit').then(() => {
    throw new Error('A server of the lesson did not start')
  })
  const [{ port }] = (await Promise.race([once(child, 'message'), ended])) as [{ port: number }]
  server.port = port
}

// As abruptly as a server dies, with all that it had in memory.
async function endAll(children: Child[]): Promise<void> {
  await Promise.all(
    children.map(async ({ server, process: child }) => {
      if (server.isAlive && child.pid !== undefined) {
        const ended = once(child, 'exit')
        child.kill('SIGKILL')
        await ended
      }
    }),
  )
}
