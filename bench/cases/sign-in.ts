// The whole sign-in, against the check of its password alone, and what it does to others who read /home meanwhile.
import { availableParallelism } from 'node:os'
import { measureWork } from '../contenders.ts'
import { fill } from '../fill.ts'
import { sendFlatOut, sendSteadily } from '../load.ts'
import { moveTo } from '../machine.ts'
import { startSite } from '../site.ts'
import { inRounds, type Note, type Stage } from '../stage.ts'
import { figure, percentile, target } from '../statistics.ts'
import { createMembers, prepareSignIns, userOf } from '../users.ts'

const PARALLEL = 4 // sign-ins at once
const PER_SECOND = 20 // sign-ins that are prepared for each second of each of them; about what a core can do
const HOME_RATE = 50 // requests a second
const FIRST = 1000 // the number of the first user who is put into the database
const USERS = 2000 // each may have but 50 sessions
const OTHERS = 5

/** Measure sign-ins, the check alone, and the other visitors' /home, first quiet and then while users sign in. */
export async function signIn(stage: Stage) {
  const { seconds } = stage.options
  const site = await startSite(stage, 'ours-sign-in')
  // On all cores, like the check alone: how a sign-in shares them is part of what is measured.
  moveTo('anywhere', site.pid)
  // As many hashes at once as the site does itself, which leaves a core to everything else.
  const hashes = Math.max(1, availableParallelism() - 1)
  const others = await createMembers(site, OTHERS)
  await fill(site, FIRST, FIRST + USERS)
  let signedIn = 0
  const nextUser = () => userOf(FIRST + (signedIn++ % USERS))
  const prepare = () => prepareSignIns(site, PARALLEL * Math.ceil(seconds * PER_SECOND), nextUser)

  const send = async (signIns: Awaited<ReturnType<typeof prepare>>) => {
    const requestsOf = (connection: number) =>
      signIns.filter((_, index) => index % PARALLEL === connection)
    const load = { connections: PARALLEL, amount: signIns.length }
    return sendFlatOut(site.url, requestsOf, { status: 303 }, load)
  }
  type End = { seconds: number } | { until: AbortSignal }
  const visit = async (note: Note, when: string, end: End) => {
    const requests = others.map(({ headers }) => ({ path: '/home', headers }))
    const times = await sendSteadily(site.url, requests, { rate: HOME_RATE, ...end })
    note('/home', `p50 ${when}`, percentile(times, 0.5), 'ms')
    note('/home', `p99 ${when}`, percentile(times, 0.99), 'ms')
  }
  const { figures, ratio } = await inRounds(stage, 'sign-in', [
    async (note) => {
      note('POST /login', 'sign-ins a second', (await send(await prepare())).perSecond)
    },
    async (note) => {
      const { perSecond } = await measureWork(stage, 'argon2id', hashes, 'anywhere')
      note('argon2id alone', 'checks a second', perSecond)
    },
    (note) => visit(note, 'while it is quiet', { seconds }),
    async (note) => {
      const signIns = await prepare()
      const over = new AbortController()
      const sent = send(signIns).finally(() => over.abort())
      await Promise.all([visit(note, 'during sign-ins', { until: over.signal }), sent])
    },
  ])
  const toHash = ratio('POST /login: sign-ins a second', 'argon2id alone: checks a second')
  const toQuiet = ratio('/home: p99 during sign-ins', '/home: p99 while it is quiet')
  return {
    figures: [...figures, figure('POST /login', 'a second ÷ argon2id alone', '×', toHash)],
    targets: [
      target('sign-in ÷ argon2id alone', toHash.median, 'at least', 0.9),
      target('/home p99 during sign-ins ÷ quiet', toQuiet.median, 'at most', 3),
    ],
  }
}
