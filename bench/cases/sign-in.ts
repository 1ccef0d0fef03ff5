// The whole sign-in, against the check of its password alone, and what it does to others who read /home meanwhile.
import { availableParallelism } from 'node:os'
import { fill, patternOf } from '../fill.ts'
import { flatOut } from '../load.ts'
import { steadily } from '../pace.ts'
import { becomeMembers, person, prepareSignIns, type SignIn } from '../people.ts'
import { messageOf, startContender } from '../processes.ts'
import { movedTo } from '../pinning.ts'
import { atLeast, atMost, figure, resultOf, type CaseResult } from '../results.ts'
import { startSite, type Site } from '../site.ts'
import type { Stage } from '../stage.ts'
import { percentile, ratios, spreadOf } from '../statistics.ts'

const PARALLEL = 4 // who sign in at once
// Hashes at once: as many as the site does itself, which leaves a core to everything else.
const HASHES = Math.max(1, availableParallelism() - 1)
const A_SECOND = 80 // sign-ins that are prepared for each second; about what a core can do
const HOME_RATE = 50 // requests a second
const FIRST = 1000 // the number of the first user who is put into the database
const PEOPLE = 2000 // each may have but 50 sessions
const OTHERS = 5

type Measured = { whole: number[]; alone: number[]; quiet: number[]; busy: number[] }

/** Measure sign-ins, the check alone, and the other visitors' /home, first quiet and then while people sign in. */
export async function signIn(stage: Stage): Promise<CaseResult> {
  const { rounds, seconds } = stage.options
  const { site, others, next } = await openSite(stage)
  const argon2id = startContender(stage, 'argon2id', 'argon2id.ts', {})
  await messageOf(argon2id)
  // Both on all cores: how a sign-in shares them is part of what is measured.
  for (const { pid } of [site, argon2id]) movedTo('anywhere', pid)
  const check = () => {
    argon2id.child.send({ seconds, parallel: HASHES })
    return messageOf<number>(argon2id)
  }
  const visit = (how: { seconds?: number; until?: AbortSignal }) =>
    steadily(site.url, others, 200, { rate: HOME_RATE, ...how })

  const amount = Math.ceil(seconds * A_SECOND)
  const measured: Measured = { whole: [], alone: [], quiet: [], busy: [] }
  await send(site, await next(amount))
  for (let round = 1; round <= rounds; round++) {
    stage.say(`sign-in: round ${round} of ${rounds}`)
    const [first, second] = [await next(amount), await next(amount)]
    measured.whole.push(await send(site, first))
    measured.alone.push(await check())
    measured.quiet.push(...(await visit({ seconds })))
    const over = new AbortController()
    const sent = send(site, second).finally(() => over.abort())
    const [times] = await Promise.all([visit({ until: over.signal }), sent])
    measured.busy.push(...times)
  }
  await Promise.all([site.stop(), argon2id.stop()])
  return judge(measured)
}

/** The site with people who can sign in; `next` prepares so many sign-ins of theirs. */
export async function openSite(stage: Stage, args: string[] = []) {
  const site = await startSite(stage, 'ours-sign-in', args)
  const members = await becomeMembers(site, OTHERS)
  await fill(site, await patternOf(site, members[0]), FIRST, FIRST + PEOPLE)
  let count = 0
  const next = (amount: number) => {
    const people = Array.from({ length: amount }, () => person(FIRST + (count++ % PEOPLE)))
    return prepareSignIns(site, people)
  }
  return { site, next, others: members.map(({ headers }) => ({ path: '/home', headers })) }
}

/** Send prepared sign-ins, a few at a time; returns how many a second succeeded. */
export async function send(site: Site, signIns: SignIn[]): Promise<number> {
  const left = [...signIns]
  const setupRequest = <T extends object>(request: T) => ({ ...request, ...left.shift() })
  const requests = () => [{ method: 'POST' as const, path: '/login', setupRequest }]
  const amount = { connections: PARALLEL, amount: signIns.length }
  return (await flatOut(site.url, requests, { status: 303 }, amount)).perSecond
}

function judge({ whole, alone, quiet, busy }: Measured): CaseResult {
  const ratio = ratios(whole, alone)
  const at = (values: number[], share: number) => spreadOf([percentile(values, share)])
  return resultOf(
    [
      figure('POST /login', 'sign-ins a second', '', spreadOf(whole)),
      figure('argon2id alone', 'checks a second', '', spreadOf(alone)),
      figure('POST /login', 'a second ÷ argon2id alone', '×', ratio),
      figure('/home', 'p50 while it is quiet', 'ms', at(quiet, 0.5)),
      figure('/home', 'p50 during sign-ins', 'ms', at(busy, 0.5)),
      figure('/home', 'p99 while it is quiet', 'ms', at(quiet, 0.99)),
      figure('/home', 'p99 during sign-ins', 'ms', at(busy, 0.99)),
    ],
    [
      atLeast(0.9, 'sign-in ÷ argon2id alone', ratio.median),
      atMost(
        3,
        '/home p99 during sign-ins ÷ quiet',
        percentile(busy, 0.99) / percentile(quiet, 0.99),
      ),
    ],
  )
}
