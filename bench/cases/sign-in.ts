// The whole sign-in, against the check of its password alone, and what it does to others who read /home meanwhile.
import { availableParallelism } from 'node:os'
import { messageOf, startContender } from '../contenders.ts'
import { fill, patternOf } from '../fill.ts'
import { sendFlatOut, sendSteadily } from '../load.ts'
import { moveTo } from '../machine.ts'
import { startSite, type Site } from '../site.ts'
import { inRounds, type Stage } from '../stage.ts'
import { atLeast, atMost, figure, percentile, ratios } from '../statistics.ts'
import { createMembers, prepareSignIn, userOf, type FormRequest } from '../users.ts'

const PARALLEL = 4 // sign-ins at once
const PER_SECOND = 80 // sign-ins that are prepared for each second; about what a core can do
const HOME_RATE = 50 // requests a second
const FIRST = 1000 // the number of the first user who is put into the database
const USERS = 2000 // each may have but 50 sessions
const OTHERS = 5

/** Measure sign-ins, the check alone, and the other visitors' /home, first quiet and then while users sign in. */
export async function signIn(stage: Stage) {
  const { seconds } = stage.options
  const { site, others, prepare } = await openSite(stage)
  const argon2id = await startContender(stage, 'argon2id', 'work.ts', { work: 'argon2id' })
  // Both on all cores: how a sign-in shares them is part of what is measured.
  for (const { pid } of [site, argon2id]) moveTo('anywhere', pid)
  // As many hashes at once as the site does itself, which leaves a core to everything else.
  const parallel = Math.max(1, availableParallelism() - 1)
  const visit = (duration: { seconds?: number; until?: AbortSignal }) =>
    sendSteadily(site.url, others, { rate: HOME_RATE, ...duration })

  const valuesOf = await inRounds(stage, 'sign-in', [
    async () => ({ whole: await send(site, await prepare(seconds)) }),
    async () => {
      argon2id.child.send({ seconds, parallel })
      return { alone: Number(await messageOf(argon2id)) }
    },
    async () => ({ quiet: await visit({ seconds }) }),
    async () => {
      const signIns = await prepare(seconds)
      const over = new AbortController()
      const sent = send(site, signIns).finally(() => {
        over.abort()
      })
      const [busy] = await Promise.all([visit({ until: over.signal }), sent])
      return { busy }
    },
  ])
  await Promise.all([site.stop(), argon2id.stop()])

  const ratio = ratios(valuesOf('whole'), valuesOf('alone'))
  const [quiet, busy] = [valuesOf('quiet'), valuesOf('busy')]
  const growth = percentile(busy, 0.99) / percentile(quiet, 0.99)
  return {
    figures: [
      figure('POST /login', 'sign-ins a second', '', valuesOf('whole')),
      figure('argon2id alone', 'checks a second', '', valuesOf('alone')),
      figure('POST /login', 'a second ÷ argon2id alone', '×', ratio),
      figure('/home', 'p50 while it is quiet', 'ms', [percentile(quiet, 0.5)]),
      figure('/home', 'p50 during sign-ins', 'ms', [percentile(busy, 0.5)]),
      figure('/home', 'p99 while it is quiet', 'ms', [percentile(quiet, 0.99)]),
      figure('/home', 'p99 during sign-ins', 'ms', [percentile(busy, 0.99)]),
    ],
    targets: [
      atLeast(0.9, 'sign-in ÷ argon2id alone', ratio.median),
      atMost(3, '/home p99 during sign-ins ÷ quiet', growth),
    ],
  }
}

// The site with users who can sign in; `prepare` makes as many of their sign-ins ready as a load of so many seconds takes.
async function openSite(stage: Stage) {
  const site = await startSite(stage, 'ours-sign-in')
  const members = await createMembers(site, OTHERS)
  await fill(site, await patternOf(site, members[0]), FIRST, FIRST + USERS)
  let count = 0
  const prepare = async (seconds: number) => {
    const signIns: FormRequest[] = []
    while (signIns.length < seconds * PER_SECOND) {
      signIns.push(await prepareSignIn(site, userOf(FIRST + (count++ % USERS))))
    }
    return signIns
  }
  return { site, prepare, others: members.map(({ headers }) => ({ path: '/home', headers })) }
}

// Send prepared sign-ins, a few at a time; returns how many a second succeeded.
async function send(site: Site, signIns: FormRequest[]): Promise<number> {
  const left = [...signIns]
  const setupRequest = <T extends object>(request: T) => ({ ...request, ...left.shift() })
  const requests = () => [{ method: 'POST' as const, path: '/login', setupRequest }]
  const amount = { connections: PARALLEL, amount: signIns.length }
  return (await sendFlatOut(site.url, requests, { status: 303 }, amount)).perSecond
}
