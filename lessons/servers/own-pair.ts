// The pair of servers that this process started for the lesson, if it did: claimed for the machine, and ended when nobody uses it.
import { randomUUID } from 'node:crypto'
import { endServers, startServers, type OwnServer } from './own-servers.ts'
import { claimPair, dropPair, findPair, markDead } from './record.ts'

const NAMES = ['A', 'B']

/** At most one pair of this process, whose children they are: they end with it, however it ends. */
export class OwnPair {
  private readonly script: string
  private readonly order: object
  private readonly idle: number
  private own: { pair: string; servers: OwnServer[] } | undefined
  private bedtime: NodeJS.Timeout | undefined

  /** Each server gets `order`, with its name and pair. `idle` is in milliseconds. */
  constructor(script: string, order: object, idle: number) {
    this.script = script
    this.order = order
    this.idle = idle
  }

  /** Start a pair for this machine, unless another process was quicker: then this one's is ended at once. */
  async start(): Promise<void> {
    await this.end() // an earlier one, which is in use no more
    const pair = randomUUID()
    const orders = NAMES.map((name) => ({ ...this.order, pair, name }))
    const servers = await startServers(this.script, orders)
    this.own = { pair, servers }
    try {
      const known = servers.map(({ name, pid, port }) => ({ name, pid, port }))
      if (await claimPair({ pair, servers: known }, this.idle)) this.watch(pair, servers)
      else await this.end()
    } catch (error) {
      await this.end()
      throw error
    }
  }

  /** Kill both, and wait until they are gone. */
  async end(): Promise<void> {
    clearTimeout(this.bedtime)
    const { servers = [] } = this.own ?? {}
    this.own = undefined
    await endServers(servers)
  }

  /** The same, and tell the other processes, so that they start anew what they need. */
  async close(): Promise<void> {
    if (this.own) await dropPair(this.own.pair).catch(() => undefined) // with the database away they find out
    await this.end()
  }

  private watch(pair: string, servers: OwnServer[]): void {
    for (const { name, child } of servers) {
      child.once('exit', () => void markDead(pair, name).catch(() => undefined))
    }
    this.lookIn(this.idle, pair)
  }

  private lookIn(milliseconds: number, pair: string): void {
    const look = () =>
      this.endIfUnused(pair).catch(() => {
        this.lookIn(this.idle, pair) // the database is away
      })
    this.bedtime = setTimeout(() => void look(), milliseconds).unref()
  }

  // Also when another process has given the pair up, and could not end what didn't answer any more.
  private async endIfUnused(pair: string): Promise<void> {
    await dropPair(pair, 'if unused') // in one step: a request at this moment either keeps it or finds none
    const found = await findPair()
    if (this.own?.pair !== pair) {
      return // ended meanwhile
    } else if (found?.pair === pair) {
      // Not longer than that, however the clock was set meanwhile.
      this.lookIn(Math.min(Math.max(found.expires.getTime() - Date.now(), 0), this.idle), pair)
    } else {
      await this.end()
    }
  }
}
