// The judgement: which promises were kept, from what the ledger and the watch have noted.
import type { Breach, Promised } from './session-ledger.ts'
import type { Trouble, Watch } from './watch.ts'

export type Check = { what: string; isKept: boolean; details: string[] }
export type Outage = { at: number; answers: number; milliseconds: number }

const MOMENT = 1000 // milliseconds between a kill and the end of what the system does about it
const NOTICED = 10_000 // milliseconds after which a cut connection has been noticed, also on a busy machine
const LONGEST_OUTAGE = 30_000 // milliseconds for the database, or for new workers, to be there again
const MOST_STRAY = 0.005 // the share of answers that may say 503 for a database that is there but slow

const SAID: Record<Promised, string> = {
  writes: 'no acknowledged registration or password is lost',
  sessions: 'no session is lost that nobody ended',
  resurrection: 'no session comes back after its end',
  identity: 'nobody is shown the page of somebody else',
  throttle: 'wrong passwords are counted, whoever counts and whatever dies',
}

/** All promises, each kept or not. */
export function judge(watch: Watch, breaches: Breach[]): Check[] {
  return [
    check('nothing but the 503 that says why, of all 5xx', [
      ...watch.odd.filter(({ status }) => status >= 500).map(oddly),
      ...watch.away.filter(({ explains }) => !explains).map(({ kind }) => `${kind}: a bare 503`),
    ]),
    check('every answer is one that its visitor can expect', [
      ...watch.odd.filter(({ status }) => status < 500).map(oddly),
    ]),
    check(
      'the database is back soon after each kill, and away at no other time',
      awayTooLong(watch),
    ),
    check('a connection is cut off only with the worker that it led to', cutOff(watch)),
    check('every request is answered, or cut off, in the end', [
      ...watch.broken.filter(({ broken }) => broken === 'unanswered').map(({ kind }) => kind),
    ]),
    check('the site is found again soon after all its workers were killed', refusedTooLong(watch)),
    ...Object.entries(SAID).map(([promise, what]) =>
      check(
        what,
        breaches.filter((one) => one.promise === promise).map((one) => one.what),
      ),
    ),
  ]
}

/** A promise that is kept where there is nothing to say about it. */
export function check(what: string, details: string[]): Check {
  return { what, isKept: details.length === 0, details }
}

/** How long the database was away after each kill of its process, as the visitors saw it. */
export function outagesOf({ troubles, away }: Watch): Outage[] {
  return troubles
    .filter(({ kind }) => kind === 'engine')
    .map(({ at }, index, kills) => {
      const next = kills[index + 1]?.at ?? Infinity
      const seen = away.filter(
        ({ ended }) => ended >= at && ended < next && ended < at + LONGEST_OUTAGE,
      )
      const last = Math.max(at, ...seen.map(({ ended }) => ended))
      return { at, answers: seen.length, milliseconds: Math.round(last - at) }
    })
}

/** Answers that said that the database is away while nobody had killed it. */
export function strayOf(watch: Watch): number {
  return watch.away.length - outagesOf(watch).reduce((sum, { answers }) => sum + answers, 0)
}

/** How long nobody listened after a kill, at the longest, in milliseconds. */
export function longestRefusal(watch: Watch): number {
  const times = watch.broken
    .filter(({ broken }) => broken === 'refused')
    .map(({ ended }) => ended - (lastKill(watch.troubles, ended)?.at ?? -Infinity))
  return Math.round(Math.max(0, ...times))
}

function awayTooLong(watch: Watch): string[] {
  const stray = strayOf(watch)
  return stray > Math.max(5, watch.answered * MOST_STRAY)
    ? [`${stray} of ${watch.answered} answers said 503 while the database was not killed`]
    : []
}

function cutOff({ troubles, broken }: Watch): string[] {
  return broken
    .filter(({ broken }) => broken === 'reset')
    .filter((one) => !troubles.some((trouble) => explainsCut(trouble, one)))
    .map(({ kind, broken }) => `${kind}: ${broken}`)
}

function explainsCut({ kind, at }: Trouble, { began, ended }: { began: number; ended: number }) {
  return isOfWorkers(kind) && began < at + MOMENT && ended >= at && ended < at + NOTICED
}

function refusedTooLong(watch: Watch): string[] {
  const longest = longestRefusal(watch)
  return longest > LONGEST_OUTAGE ? [`nobody listened for ${longest} ms`] : []
}

function lastKill(troubles: Trouble[], before: number): Trouble | undefined {
  return troubles.findLast(({ kind, at }) => isOfWorkers(kind) && at <= before)
}

function isOfWorkers(kind: Trouble['kind']): boolean {
  return kind === 'worker' || kind === 'all workers'
}

function oddly({ kind, status, requestId, why }: Watch['odd'][number]): string {
  return `${kind}: ${status}, ${why} (request ${requestId})`
}
