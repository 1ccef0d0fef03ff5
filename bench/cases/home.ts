// The signed-in /home: how many answers a second, what one costs the contender's core, and how long it takes at a fixed rate.
import { startHomeContenders, type HomeContender } from '../contenders.ts'
import { sendFlatOut, sendSteadily } from '../load.ts'
import { processorTime } from '../machine.ts'
import { inRounds, turnOf, type Note, type Stage } from '../stage.ts'
import { figure, percentile, target } from '../statistics.ts'

const RATE = 'answers a second'

/** Measure all of them in turn, round by round. */
export async function home(stage: Stage) {
  const contenders = await startHomeContenders(stage)
  const { figures, ratio } = await inRounds(stage, 'home', [
    ...contenders.map((one) => (note: Note) => measureThroughput(stage, one, note)),
    ...contenders.map((one) => (note: Note) => measureLatency(stage, one, note)),
  ])
  const names = contenders.map(({ name }) => name)
  const ratioTo = (name: string) => ratio(`ours: ${RATE}`, `${name}: ${RATE}`)
  const others = names.filter((name) => name !== 'ours')
  return {
    figures: [
      ...names.flatMap((name) => figures.filter(({ of }) => of === name)),
      ...others.map((name) => figure('ours', `${RATE} ÷ ${name}`, '×', ratioTo(name))),
    ],
    targets: [
      target('/home ÷ seed', ratioTo('seed').median, 'at least', 2),
      target('/home ÷ fastify', ratioTo('fastify').median, 'at least', 1),
      target('/home ÷ limit', ratioTo('limit').median, 'at least', 0.7),
    ],
  }
}

// As many /home as it answers; the cost is processor time of its process, in milliseconds an answer.
async function measureThroughput(stage: Stage, contender: HomeContender, note: Note) {
  const { name, url, visitors, length, pid } = contender
  const before = processorTime(pid)
  const requests = (connection: number) => [{ path: '/home', headers: visitors[connection] }]
  const load = { connections: visitors.length, ...turnOf(stage) }
  const { perSecond, times } = await sendFlatOut(url, requests, { status: 200, length }, load)
  note(name, RATE, perSecond)
  note(name, 'processor time', ((processorTime(pid) - before) * 1000) / times.length, 'ms')
}

async function measureLatency({ options }: Stage, contender: HomeContender, note: Note) {
  const { name, url, visitors } = contender
  const { rate, seconds } = options
  const requests = visitors.map((headers) => ({ path: '/home', headers }))
  const times = await sendSteadily(url, requests, { rate, seconds })
  note(name, `p50 at ${rate}/s`, percentile(times, 0.5), 'ms')
  note(name, `p99 at ${rate}/s`, percentile(times, 0.99), 'ms')
}
