// A whole run: the site opened, the crowd and the troubles let loose, everything checked, the site closed.
import { setMaxListeners } from 'node:events'
import { audit } from './audit.ts'
import { Chance } from './chance.ts'
import { Ledger } from './ledger.ts'
import { live } from './life.ts'
import { judgeMemory, Memory } from './memory.ts'
import type { Options } from './options.ts'
import { crowdAt } from './crowd.ts'
import { pause } from './pace.ts'
import { newPerson } from './person.ts'
import type { Result } from './report.ts'
import { openSite, type Site } from './site.ts'
import { isReady, makeTrouble, planTroubles } from './troubles.ts'
import { check, judge, longestRefusal, outagesOf, strayOf } from './verdict.ts'
import { Watch } from './watch.ts'

const COMES_BACK = 60_000 // milliseconds that the site has after the last kill
const NEVER = new AbortController().signal

/** Soak a site of its own. The signal ends the crowd early; the checks follow all the same. */
export async function run(options: Options, stopped: AbortSignal): Promise<Result> {
  const site = await openSite(options.workers)
  try {
    const began = performance.now()
    const [watch, ledger, memory] = [new Watch(), new Ledger(), new Memory()]
    const over = new AbortController()
    setMaxListeners(0, over.signal) // everybody waits for it
    const end = () => {
      over.abort()
    }
    const crowd = crowdAt(site.url, { watch, ledger, over: over.signal }, options.rate)
    const chance = new Chance(options.seed)
    const people = Array.from({ length: options.people }, (_, number) =>
      newPerson(crowd, chance.fork(number)),
    )
    stopped.addEventListener('abort', end)
    const clock = setTimeout(end, options.minutes * 60_000)
    const plan = planTroubles(options, chance.fork(-2))
    const surroundings = { site, watch, chance: chance.fork(-3), over: over.signal }
    const troubles = makeTrouble(plan, surroundings, options)
    const following = memory.follow(site, over.signal)
    await Promise.all([...people.map(live), troubles, following]).finally(() => {
      clearTimeout(clock)
      end()
    })
    const seconds = Math.round((performance.now() - began) / 1000)

    const cameBack = await untilReady(site)
    const audited = await audit(crowd)
    const growths = memory.growths(options.minutes)
    const survived = site.isAlive()
    const ending = await site.stop()
    const checks = [
      ...judge(watch, ledger.breaches),
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
    return {
      options,
      seconds,
      audited,
      checks,
      growths,
      wasStopped: stopped.aborted,
      answered: watch.answered,
      counts: Object.fromEntries(
        [...watch.counts].sort().map(([kind, row]) => [kind, Object.fromEntries(row)]),
      ),
      troubles: watch.troubles.map(({ kind, at }) => ({ kind, at: Math.round(at - began) })),
      outages: outagesOf(watch).map((one) => ({ ...one, at: Math.round(one.at - began) })),
      away: watch.away.length,
      stray: strayOf(watch),
      cutOff: watch.broken.filter(({ broken }) => broken === 'reset').length,
      longestRefusal: longestRefusal(watch),
      logged: checks.every(({ isKept }) => isKept) ? [] : logOf(site, watch),
    }
  } finally {
    await site.clear()
  }
}

async function untilReady(site: Site): Promise<boolean> {
  const giveUpAt = performance.now() + COMES_BACK
  while (site.isAlive() && performance.now() < giveUpAt) {
    if (await isReady(site)) return true
    await pause(200, NEVER)
  }
  return false
}

// What the site said about the answers that nobody should have got.
function logOf(site: Site, { odd }: Watch): string[] {
  const ids = new Set(odd.map(({ requestId }) => requestId))
  return site.log().filter((line) => [...ids].some((id) => line.includes(id)))
}
