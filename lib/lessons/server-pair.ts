// Two server processes for a lesson: started when they are needed, at most one pair at a time, and never left behind.
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { MINUTE } from '../../config/session.ts'
import { forkScript } from './fork-script.ts'

export type Server = { name: string; port: number; child: ChildProcess }
export type ServerFacts = { name: string; pid: number | undefined; isAlive: boolean }

const NAMES = ['A', 'B']
const IDLE = 5 * MINUTE

/** A pair of processes that run one script: each gets `order` as its first message and answers { port }. */
export class ServerPair {
  private readonly script: string
  private readonly order: object
  private readonly idle: number
  private running: Promise<Server[]> | undefined
  private ending: Promise<unknown> = Promise.resolve()
  private bedtime: NodeJS.Timeout | undefined
  private servers: Server[] = []

  /** `script` is a path without its ending: the sources run as .ts, the built files as .js. `idle` is in milliseconds. */
  constructor(script: string, order: object, idle = IDLE) {
    this.script = script
    this.order = order
    this.idle = idle
  }

  /** The server whose turn it is: another one than `last`, if one is alive; undefined if all were killed. */
  async next(last?: string): Promise<Server | undefined> {
    clearTimeout(this.bedtime)
    this.bedtime = setTimeout(() => void this.stop(), this.idle).unref()
    this.running ??= this.ending.then(() => this.start())
    try {
      await this.running
    } catch (error) {
      await this.stop() // whichever of the two did start
      throw error
    }
    const alive = this.alive()
    return alive.find(({ name }) => name !== last) ?? alive[0]
  }

  /** Those that answer now. Starts nothing. */
  alive(): Server[] {
    return this.servers.filter(({ child }) => isAlive(child))
  }

  /** Which processes there are, dead ones too. */
  facts(): ServerFacts[] {
    return this.servers.map(({ name, child }) => ({
      name,
      pid: child.pid,
      isAlive: isAlive(child),
    }))
  }

  /** Kill one of them, and wait until it is gone. False if it was not alive. */
  async kill(name: string): Promise<boolean> {
    await Promise.allSettled([this.running]) // one that is killed while it starts would fail whoever had it started
    const server = this.alive().find((one) => one.name === name)
    if (server) await end(server.child)
    return server !== undefined
  }

  /** End both, and wait until they are gone. The next request starts new ones. */
  async stop(): Promise<void> {
    clearTimeout(this.bedtime)
    const running = this.running ?? Promise.resolve()
    this.running = undefined
    this.ending = Promise.allSettled([this.ending, running]).then(async () => {
      await Promise.all(this.servers.map(({ child }) => end(child)))
      this.servers = []
    })
    await this.ending
  }

  private async start(): Promise<Server[]> {
    this.servers = []
    await Promise.all(NAMES.map((name) => this.launch(name)))
    this.servers.sort((a, b) => a.name.localeCompare(b.name))
    return this.servers
  }

  private async launch(name: string): Promise<void> {
    const child = forkScript(this.script)
    const server = { name, port: 0, child }
    this.servers.push(server) // before it answers, so that it is ended whatever happens
    child.send(this.order)
    const [message] = (await Promise.race([once(child, 'message'), refusal(child)])) as [object]
    Object.assign(server, message)
  }
}

async function refusal(child: ChildProcess): Promise<never> {
  await once(child, 'exit')
  throw new Error('A server of the lesson did not start')
}

function isAlive({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null
}

async function end(child: ChildProcess): Promise<void> {
  if (isAlive(child)) {
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
}
