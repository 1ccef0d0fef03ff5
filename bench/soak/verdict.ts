// The judgement: which promises were kept, from what the ledger and the observations have noted.
import type { Breach, Promised } from './ledger.ts'
import type { Broken, Fault, Observations, Unexpected } from './observations.ts'

export type Check = { what: string; isKept: boolean; details: string[] }
export type Outage = { at: number; answers: number; milliseconds: number }

const RESPONSE_TIME = 1000 // milliseconds between a kill and the end of what the system does about it
const NOTICE_TIME = 10_000 // milliseconds after which a cut connection has been noticed, also on a busy machine
const MAX_OUTAGE = 30_000 // milliseconds for the database, or for new workers, to be there again
const MAX_STRAY_SHARE = 0.005 // of answers that may say 503 for a database that is there but slow
const MAX_STRAY = 5 // of them in a short run

const LEDGER_PROMISES: Record<Promised, string> = {
  writes: 'no acknowledged registration or password is lost',
  sessions: 'no session is lost that nobody ended',
  resurrection: 'no session comes back after its end',
  identity: 'nobody is shown the page of somebody else',
  throttle: 'wrong passwords are counted, whoever counts and whatever dies',
}

/** All promises, each kept or not. */
export function judge(observations: Observations, breaches: Breach[]): Check[] {
  const { unexpected, unavailable, broken, faults, answered } = observations
  const bare = unavailable.filter(({ isExplained }) => !isExplained)
  const stray = strayOf(observations)
  const cut = broken.filter((one) => one.broken === 'reset' && !isExplainedCut(one, faults))
  const refusal = longestRefusal(observations)
  return [
    check('nothing but the 503 that says why, of all 5xx', [
      ...unexpected.filter(({ status }) => status >= 500).map(sentenceOf),
      ...bare.map(({ kind }) => `${kind}: a bare 503`),
    ]),
    check(
      'every answer is one that its visitor can expect',
      unexpected.filter(({ status }) => status < 500).map(sentenceOf),
    ),
    check(
      'the database is back soon after each kill, and away at no other time',
      stray > Math.max(MAX_STRAY, answered * MAX_STRAY_SHARE)
        ? [`${stray} of ${answered} answers said 503 while the database was not killed`]
        : [],
    ),
    check(
      'a connection is cut off only with the worker that it led to',
      cut.map(({ kind }) => `${kind}: reset`),
    ),
    check(
      'every request is answered, or cut off, in the end',
      broken.filter((one) => one.broken === 'unanswered').map(({ kind }) => kind),
    ),
    check(
      'the site is found again soon after all its workers were killed',
      refusal > MAX_OUTAGE ? [`nobody listened for ${refusal} ms`] : [],
    ),
    ...Object.entries(LEDGER_PROMISES).map(([promise, what]) =>
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

/** How long the database was away after each kill of its process, as the users saw it. */
export function outagesOf({ faults, unavailable }: Observations): Outage[] {
  const kills = faults.filter(({ kind }) => kind === 'engine')
  return kills.map(({ at }, index) => {
    const end = Math.min(at + MAX_OUTAGE, kills[index + 1]?.at ?? Infinity)
    const seen = unavailable.filter(({ ended }) => ended >= at && ended < end)
    const last = Math.max(at, ...seen.map(({ ended }) => ended))
    return { at, answers: seen.length, milliseconds: Math.round(last - at) }
  })
}

/** Answers that said that the database is away while nobody had killed it. */
export function strayOf(observations: Observations): number {
  const explained = outagesOf(observations).reduce((sum, { answers }) => sum + answers, 0)
  return observations.unavailable.length - explained
}

/** How long nobody listened after a kill, at the longest, in milliseconds. */
export function longestRefusal({ faults, broken }: Observations): number {
  const kills = faults.filter(isOfWorkers)
  const times = broken
    .filter((one) => one.broken === 'refused')
    .map(({ ended }) => ended - (kills.findLast(({ at }) => at <= ended)?.at ?? -Infinity))
  return Math.round(Math.max(0, ...times))
}

function isExplainedCut({ began, ended }: Broken, faults: Fault[]): boolean {
  return faults
    .filter(isOfWorkers)
    .some(({ at }) => began < at + RESPONSE_TIME && ended >= at && ended < at + NOTICE_TIME)
}

function isOfWorkers({ kind }: Fault): boolean {
  return kind === 'worker' || kind === 'all workers'
}

function sentenceOf({ kind, status, requestId, why }: Unexpected): string {
  return `${kind}: ${status}, ${why} (request ${requestId})`
}
