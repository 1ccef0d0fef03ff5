// Two server processes for a lesson: one pair for all processes of the site, started by whichever needs it first, never left behind.
import { MINUTE } from '../../config/time.ts'
import { askServer, endServer, isUp, type Answer, type Server } from './ask-server.ts'
import { OwnPair } from './own-pair.ts'
import { dropPair, findPair, markDead, usePair, type PairRecord } from './record.ts'

export type Order = { path: string; secret: string; database: object }
export type ServerFacts = { name: string; pid: number; isAlive: boolean }

const IDLE = 5 * MINUTE
const TRIES = 3

/** The site's pair of servers, as one process of the site sees it. What it knows of them lies in the database. */
export class ServerPair {
  private readonly secret: string
  private readonly idle: number
  private readonly own: OwnPair
  private starting: Promise<void> | undefined
  private ending: Promise<unknown> = Promise.resolve()

  /**
   * `script` is a path without its ending. Each server gets `order` as its first message, with its name and pair, and answers
   * { port }. `idle`, in milliseconds, is how long they stay without a request.
   */
  constructor(script: string, order: Order, idle = IDLE) {
    this.secret = order.secret
    this.idle = idle
    this.own = new OwnPair(script, order, idle)
  }

  /** The server whose turn it is: another one than `last`, if one is alive; undefined if all were killed. */
  async next(last?: string): Promise<Server | undefined> {
    let alive = await this.use()
    for (let tries = 0; alive === undefined && tries < TRIES; tries++) {
      await this.start()
      alive = await this.use() // perhaps one that another process started at the same moment
    }
    return alive?.find(({ name }) => name !== last) ?? alive?.[0]
  }

  /** Which processes there are, dead ones too. Starts nothing, and looking at them does not keep them. */
  async facts(): Promise<ServerFacts[]> {
    const { servers, areLost } = await this.look(await findPair())
    return areLost ? [] : servers.map(({ name, pid, isAlive }) => ({ name, pid, isAlive }))
  }

  /** What each of them that is alive answers to this. Starts nothing. */
  async askAll(path: string): Promise<{ name: string; answer: Answer }[]> {
    const asked = serversOf(await findPair()).map(async (server) => {
      const answer = await askServer(server, this.secret, { path })
      return answer ? [{ name: server.name, answer }] : []
    })
    return (await Promise.all(asked)).flat()
  }

  /** Kill one of them, and wait until it is gone. False if it was not alive. */
  async kill(name: string): Promise<boolean> {
    const { servers } = await this.look(await findPair())
    const server = servers.find((one) => one.name === name && one.isAlive)
    if (server) {
      await markDead(server.pair, name) // before it is: a pair that ends unseen is taken for lost
      await endServer(server, this.secret)
    }
    return server !== undefined
  }

  /** End both, whoever started them, and wait until they are gone. The next request starts new ones. */
  async stop(): Promise<void> {
    const stopped = Promise.allSettled([this.starting, this.ending]).then(async () => {
      const servers = serversOf(await findPair())
      for (const { pair } of servers) await dropPair(pair)
      await Promise.all(servers.map((server) => endServer(server, this.secret)))
      await this.own.end()
    })
    this.ending = stopped.catch(() => undefined)
    await stopped
  }

  /** End what this process started, and wait until it is gone. */
  async close(): Promise<void> {
    await Promise.allSettled([this.starting, this.ending])
    await this.own.close()
  }

  private async start(): Promise<void> {
    this.starting ??= this.ending
      .then(() => this.own.start())
      .finally(() => {
        this.starting = undefined
      })
    await this.starting
  }

  // Those that are alive, which stay for a while from now on; undefined if there is no pair.
  private async use(): Promise<Server[] | undefined> {
    const found = await usePair(this.idle)
    const { servers, areLost } = await this.look(found)
    if (found && areLost) await dropPair(found.pair)
    return areLost ? undefined : servers.filter(({ isAlive }) => isAlive)
  }

  private async look(found: PairRecord | undefined) {
    const looks = serversOf(found).map(async (server) => {
      const isAlive = server.isDead !== true && (await isUp(server, this.secret))
      return { ...server, isAlive }
    })
    const servers = await Promise.all(looks)
    // One that nobody saw end has ended with the process that had started it; so have all of its pair.
    const isLost = ({ isAlive, isDead }: (typeof servers)[0]) => !isAlive && !isDead
    const areLost = !servers.some(({ isAlive }) => isAlive) && servers.some(isLost)
    return { servers, areLost: areLost || found === undefined }
  }
}

function serversOf(found: PairRecord | undefined) {
  return (found?.servers ?? []).map((server) => ({ ...server, pair: found?.pair ?? '' }))
}
