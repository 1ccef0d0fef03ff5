// The signed-in /home: how many answers a second, what one costs the contender's core, and how long it takes at a fixed rate.
import { startHomeContenders, type HomeContender } from '../contenders.ts'
import { sendFlatOut, sendSteadily } from '../load.ts'
import { processorTime } from '../machine.ts'
import { turnOf } from '../options.ts'
import { inRounds, type Stage } from '../stage.ts'
import { atLeast, figure, percentile, ratios } from '../statistics.ts'

/** Measure all of them in turn, round by round. */
export async function home(stage: Stage) {
  const { seconds, rate } = stage.options
  const contenders = await startHomeContenders(stage)
  const loads = contenders.map((one) => async () => {
    const { perSecond, cost } = await send(one, turnOf(stage.options))
    return { [`${one.name} answers`]: perSecond, [`${one.name} cost`]: cost }
  })
  const latencies = contenders.map(({ name, url, visitors }) => async () => {
    const requests = visitors.map((headers) => ({ path: '/home', headers }))
    const times = await sendSteadily(url, requests, { rate, seconds })
    return { [`${name} p50`]: percentile(times, 0.5), [`${name} p99`]: percentile(times, 0.99) }
  })
  const valuesOf = await inRounds(stage, 'home', [...loads, ...latencies])
  await Promise.all(contenders.map(({ stop }) => stop()))

  const names = contenders.map(({ name }) => name)
  const ratioTo = (name: string) => ratios(valuesOf('ours answers'), valuesOf(`${name} answers`))
  return {
    figures: [
      ...names.flatMap((name) => [
        figure(name, 'answers a second', '', valuesOf(`${name} answers`)),
        figure(name, 'processor time', 'ms', valuesOf(`${name} cost`)),
        figure(name, `p50 at ${rate}/s`, 'ms', valuesOf(`${name} p50`)),
        figure(name, `p99 at ${rate}/s`, 'ms', valuesOf(`${name} p99`)),
      ]),
      ...names
        .filter((name) => name !== 'ours')
        .map((name) => figure('ours', `answers a second ÷ ${name}`, '×', ratioTo(name))),
    ],
    targets: [
      atLeast(2, '/home ÷ seed', ratioTo('seed').median),
      atLeast(1, '/home ÷ fastify', ratioTo('fastify').median),
      atLeast(0.7, '/home ÷ limit', ratioTo('limit').median),
    ],
  }
}

// As many /home as it answers; the cost is processor time of its process, in milliseconds an answer.
async function send(contender: HomeContender, turn: ReturnType<typeof turnOf>) {
  const { url, visitors, length, pid } = contender
  const before = processorTime(pid)
  const requests = (connection: number) => [{ path: '/home', headers: visitors[connection] }]
  const amount = { connections: visitors.length, ...turn }
  const { perSecond, times } = await sendFlatOut(url, requests, { status: 200, length }, amount)
  return { perSecond, cost: ((processorTime(pid) - before) * 1000) / times.length }
}
