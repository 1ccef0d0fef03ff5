// A whole run: the site opened, users and faults let loose, everything checked, the site closed.
import { setMaxListeners } from 'node:events'
import { untilAnswered } from '../processes.ts'
import { audit } from './audit.ts'
import { turnsAt, type Soak } from './browser.ts'
import { causeFaults, planFaults } from './faults.ts'
import { Ledger } from './ledger.ts'
import { live } from './life.ts'
import { judgeMemory, Memory } from './memory.ts'
import { Observations } from './observations.ts'
import type { Options } from './options.ts'
import { Random } from './random.ts'
import type { Result } from './report.ts'
import { openSite, type Site } from './site.ts'
import { newUser } from './user.ts'
import { check, judge, longestRefusal, outagesOf, strayOf } from './verdict.ts'

/** Soak a site of its own. The signal sends the users home early; the checks follow all the same. */
export async function run(options: Options, stopped: AbortSignal): Promise<Result> {
  const site = await openSite(options.workers)
  try {
    const began = performance.now()
    const [observations, ledger, memory] = [new Observations(), new Ledger(), new Memory()]
    const finishing = new AbortController()
    const finish = () => {
      finishing.abort()
    }
    const timer = setTimeout(finish, options.minutes * 60_000)
    const over = AbortSignal.any([finishing.signal, stopped])
    setMaxListeners(0, over) // everybody waits for it
    const soak: Soak = { url: site.url, turn: turnsAt(options.rate), observations, ledger, over }
    const random = new Random(options.seed)
    const users = Array.from({ length: options.people }, (_, number) =>
      newUser(soak, random.fork(number)),
    )
    const plan = planFaults(options, random.fork(-2))
    await Promise.all([
      ...users.map(live),
      causeFaults(plan, options, { site, observations, random: random.fork(-3), over }),
      memory.watch(site, over),
    ]).finally(() => {
      clearTimeout(timer)
      finish()
    })
    const seconds = Math.round((performance.now() - began) / 1000)

    const cameBack = await isReady(site)
    const audited = await audit(soak)
    const growths = memory.growths(options.minutes)
    const survived = site.isAlive()
    const ending = await site.stop()
    const checks = [
      ...judge(observations, ledger.breaches),
      ...judgeMemory(growths, seconds / 60),
      check('everything could be checked at the end', [
        ...(cameBack ? [] : ['the site did not come back']),
        ...(audited.unanswered > 0 ? [`${audited.unanswered} checks were never answered`] : []),
      ]),
      check('the site lives on through all of it, and ends in order with 0', [
        ...(survived ? [] : ['it ended by itself']),
        ...(ending === 0 ? [] : [`it ended with ${ending}`]),
      ]),
    ]
    const sinceBegin = (at: number) => Math.round(at - began)
    return {
      options,
      seconds,
      audited,
      checks,
      growths,
      wasStopped: stopped.aborted,
      answered: observations.answered,
      away: observations.unavailable.length,
      stray: strayOf(observations),
      cutOff: observations.broken.filter(({ broken }) => broken === 'reset').length,
      longestRefusal: longestRefusal(observations),
      troubles: observations.faults.map(({ kind, at }) => ({ kind, at: sinceBegin(at) })),
      outages: outagesOf(observations).map((one) => ({ ...one, at: sinceBegin(one.at) })),
      counts: observations.counts,
      logged: logOf(site, observations),
    }
  } finally {
    await site.clear()
  }
}

async function isReady(site: Site): Promise<boolean> {
  return untilAnswered(`${site.url}/readyz`, site).then(
    () => true,
    () => false,
  )
}

// What the site said about the answers that nobody should have got.
function logOf(site: Site, { unexpected }: Observations): string[] {
  const lines = site.log().split('\n')
  return lines.filter((line) => unexpected.some(({ requestId }) => line.includes(requestId)))
}
