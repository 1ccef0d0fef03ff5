// A whole run: the site opened, users and faults let loose, everything checked, the site closed.
import { setMaxListeners } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { killAll, untilAnswered } from '../processes.ts'
import { startEngine } from '../stage.ts'
import { live } from './actions.ts'
import { audit } from './audit.ts'
import type { Soak } from './browser.ts'
import { causeFaults, planFaults } from './faults.ts'
import { Ledger } from './ledger.ts'
import { judgeMemory, watchMemory } from './memory.ts'
import { Observations, type Facts, type Promises } from './observations.ts'
import type { Options } from './options.ts'
import { Random } from './random.ts'
import { openSite, type Site } from './site.ts'
import { newUser } from './user.ts'

/** Soak a site of its own. The signal sends the users home early; the checks follow all the same. */
export async function run(options: Options, stopped: AbortSignal) {
  const folder = await mkdtemp(join(tmpdir(), 'sesame-soak-'))
  const engine = options.server ? await startEngine(join(folder, 'engine')) : undefined
  try {
    const site = await openSite(folder, options.workers, engine?.url)
    return await soakSite(site, options, stopped)
  } finally {
    killAll()
    await engine?.close()
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}

async function soakSite(site: Site, options: Options, stopped: AbortSignal) {
  const { minutes, people, rate, seed, workers } = options
  const began = performance.now()
  const [observations, ledger] = [new Observations(), new Ledger()]
  const finishing = new AbortController()
  const over = AbortSignal.any([finishing.signal, stopped])
  setMaxListeners(0, over) // everybody waits for it
  const finish = () => finishing.abort()
  const soak: Soak = { url: site.url, turn: turnsAt(rate), observations, ledger, over }
  // Each has random choices of its own, so that nobody's depend on how fast the others are.
  const users = Array.from({ length: people }, (_, number) =>
    newUser(soak, new Random(`${seed} user ${number}`)),
  )
  const random = new Random(`${seed} faults`)
  const plan = planFaults(options, random)
  const timer = setTimeout(finish, minutes * 60_000)
  const [samples] = await Promise.all([
    watchMemory(site, over),
    causeFaults(plan, options, { site, observations, random, over }),
    ...users.map(live),
  ]).finally(() => {
    clearTimeout(timer)
    finish()
  })
  const seconds = Math.round((performance.now() - began) / 1000)

  await untilAnswered(`${site.url}/readyz`, site).catch(() => undefined) // the audit notices if it is not
  const audited = await audit(soak)
  const memory = judgeMemory(samples, seconds / 60)
  const isAlive = site.isAlive()
  const ending = await site.stop()
  const ended = isAlive ? `it ended with ${ending}` : 'it ended by itself'
  const facts: Facts = {
    users: `${people} for ${seconds} s, seed ${seed}`,
    workers,
    ...observations.facts(),
    ...audited.facts,
    ...memory.facts,
  }
  const promises: Promises = {
    ...observations.promises(),
    ...ledger.promises,
    ...memory.promises,
    ...audited.promises,
    'the site lives on through all of it, and ends in order with 0':
      isAlive && ending === 0 ? [] : [ended],
  }
  const logged = observations.linesOf(site.log())
  return { facts, promises, counts: observations.counts, logged }
}

// Waits until it is one's turn: all users together send so many requests a second at most.
function turnsAt(rate: number): () => Promise<void> {
  let next = 0
  return async () => {
    const now = performance.now()
    const due = Math.max(now, next)
    next = due + 1000 / rate
    if (due > now) await wait(due - now)
  }
}
