// The signed-in /home: how many answers a second, what one costs the contender's core, and how long it takes at a fixed rate.
// Ours is measured as `npm start` has it, and as a server has it; of a server's other pages only the cost.
import { startHomeContenders, type HomeContender } from '../contenders.ts'
import { sendFlatOut, sendSteadily } from '../load.ts'
import { processorTime } from '../machine.ts'
import { inRounds, turnOf, type Note, type Stage } from '../stage.ts'
import { figure, percentile, target } from '../statistics.ts'
import type { Fields } from '../visitor.ts'

const WARM_UP = 10_000 // answers of each before the first round: until then V8 still compiles what they call
const RATE = 'answers a second'
const TIME = 'processor time'
const SERVER = 'ours-server'
const WORKERS = 'ours-workers'
const OTHER_PAGES = ['/account', '/account/sessions']

/** Measure all of them in turn, round by round. */
export async function home(stage: Stage) {
  const { contenders, server } = await startHomeContenders(stage)
  if (stage.options.answers === undefined) for (const one of contenders) await warmUp(one)
  const { figures, ratio } = await inRounds(stage, 'home', [
    ...contenders.map((one) => (note: Note) => measureThroughput(stage, one, note)),
    ...contenders.map((one) => (note: Note) => measureLatency(stage, one, note)),
    ...OTHER_PAGES.map((path) => (note: Note) => measureThroughput(stage, server, note, path)),
  ])
  const names = contenders.map(({ name }) => name)
  const rateRatio = (these: string, those: string) =>
    ratio(`${these}: ${RATE}`, `${those}: ${RATE}`)
  const costOf = (path: string) => ratio(`${path}: ${TIME}`, `${SERVER}: ${TIME}`)
  const ours = names.filter((name) => name.startsWith('ours'))
  const others = names.filter((name) => !name.startsWith('ours'))
  return {
    figures: [
      ...[...names, ...OTHER_PAGES].flatMap((name) => figures.filter(({ of }) => of === name)),
      ...ours.flatMap((one) =>
        others.map((name) => figure(one, `${RATE} ÷ ${name}`, '×', rateRatio(one, name))),
      ),
      figure(WORKERS, `${RATE} ÷ ${SERVER}`, '×', rateRatio(WORKERS, SERVER)),
      ...OTHER_PAGES.map((path) => figure(path, `${TIME} ÷ /home`, '×', costOf(path))),
    ],
    targets: [
      target('/home ÷ seed', rateRatio('ours', 'seed').median, 'at least', 2),
      target('/home ÷ fastify', rateRatio('ours', 'fastify').median, 'at least', 1),
      target('/home ÷ limit', rateRatio('ours', 'limit').median, 'at least', 1.2),
      target('/home of a server ÷ fastify', rateRatio(SERVER, 'fastify').median, 'at least', 1.3),
      target('/home of a server ÷ limit', rateRatio(SERVER, 'limit').median, 'at least', 0.75),
      target('/account ÷ /home, cost', costOf('/account').median, 'at most', 1.4),
      target('/account/sessions ÷ /home, cost', costOf('/account/sessions').median, 'at most', 2),
    ],
  }
}

async function warmUp({ url, visitors }: HomeContender) {
  const requests = requestsOf(visitors, '/home')
  const load = { connections: visitors.length, amount: WARM_UP }
  await sendFlatOut(url, requests, { status: 200 }, load)
}

// As many /home as it answers; the cost is processor time of its process, in milliseconds an answer.
async function measureThroughput(
  stage: Stage,
  contender: HomeContender,
  note: Note,
  path = '/home',
) {
  const { name, url, visitors, length, pids } = contender
  const secondsUsed = () => pids.map(processorTime).reduce((sum, one) => sum + one, 0)
  const before = secondsUsed()
  const requests = requestsOf(visitors, path)
  const load = { connections: visitors.length, ...turnOf(stage) }
  const expected = path === '/home' ? { status: 200, length } : { status: 200 }
  const { perSecond, times } = await sendFlatOut(url, requests, expected, load)
  const of = path === '/home' ? name : path
  note(of, RATE, perSecond)
  note(of, TIME, ((secondsUsed() - before) * 1000) / times.length, 'ms')
}

// Each connection is a visitor, who asks for the same page again and again.
function requestsOf(visitors: Fields[], path: string) {
  return (connection: number) => [{ path, headers: visitors[connection] }]
}

async function measureLatency({ options }: Stage, contender: HomeContender, note: Note) {
  const { name, url, visitors } = contender
  const { rate, seconds } = options
  const requests = visitors.map((headers) => ({ path: '/home', headers }))
  const times = await sendSteadily(url, requests, { rate, seconds })
  note(name, `p50 at ${rate}/s`, percentile(times, 0.5), 'ms')
  note(name, `p99 at ${rate}/s`, percentile(times, 0.99), 'ms')
}
