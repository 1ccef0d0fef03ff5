// The signed-in /home: how many answers a second, what one costs the contender's core, and how long it takes at a fixed rate.
import { flatOut } from '../load.ts'
import { steadily } from '../pace.ts'
import { processorTime } from '../machine.ts'
import { turnOf } from '../options.ts'
import { atLeast, figure, resultOf, type CaseResult } from '../results.ts'
import { startRivals, type Rival } from '../rivals.ts'
import type { Stage } from '../stage.ts'
import { percentile, ratios, spreadOf } from '../statistics.ts'

const WARM_UP = 2 // seconds at most

type Turn = ReturnType<typeof turnOf>
type Measured = { perSecond: number[]; cost: number[]; p50: number[]; p99: number[] }

/** Measure all of them in turn, round by round. */
export async function home(stage: Stage): Promise<CaseResult> {
  const { rounds, seconds, rate } = stage.options
  const rivals = await startRivals(stage)
  const measured = new Map(rivals.map(({ name }) => [name, emptyRounds()]))
  for (const rival of rivals) await pull(rival, turnOf(stage.options, WARM_UP))
  for (let round = 1; round <= rounds; round++) {
    stage.say(`home: round ${round} of ${rounds}`)
    for (const rival of rivals) {
      const { perSecond, cost } = await pull(rival, turnOf(stage.options))
      const of = measured.get(rival.name)
      of?.perSecond.push(perSecond)
      of?.cost.push(cost)
    }
    for (const rival of rivals) {
      const asked = rival.visitors.map((headers) => ({ path: '/home', headers }))
      const times = await steadily(rival.url, asked, 200, { rate, seconds })
      const of = measured.get(rival.name)
      of?.p50.push(percentile(times, 0.5))
      of?.p99.push(percentile(times, 0.99))
    }
  }
  for (const { process } of rivals) await process.stop()
  return judge(measured, rate)
}

/** As many /home as it answers; the cost is processor time of its process, in milliseconds an answer. */
export async function pull({ url, visitors, length, process }: Rival, turn: Turn) {
  const before = processorTime(process.pid)
  const requests = (connection: number) => [{ path: '/home', headers: visitors[connection] }]
  const expected = { status: 200, length }
  const amount = { connections: visitors.length, ...turn }
  const { perSecond, count } = await flatOut(url, requests, expected, amount)
  return { perSecond, cost: ((processorTime(process.pid) - before) * 1000) / count }
}

function judge(measured: Map<string, Measured>, rate: number): CaseResult {
  const ofOurs = (name: string) =>
    ratios(measured.get('ours')?.perSecond ?? [], measured.get(name)?.perSecond ?? [])
  const names = [...measured.keys()]
  const figures = [...measured].flatMap(([name, { perSecond, cost, p50, p99 }]) => [
    figure(name, 'answers a second', '', spreadOf(perSecond)),
    figure(name, 'processor time', 'ms', spreadOf(cost)),
    figure(name, `p50 at ${rate}/s`, 'ms', spreadOf(p50)),
    figure(name, `p99 at ${rate}/s`, 'ms', spreadOf(p99)),
  ])
  const compared = names
    .filter((name) => name !== 'ours')
    .map((name) => figure('ours', `answers a second ÷ ${name}`, '×', ofOurs(name)))
  return resultOf(
    [...figures, ...compared],
    [
      atLeast(2, '/home ÷ seed', ofOurs('seed').median),
      atLeast(1, '/home ÷ fastify', ofOurs('fastify').median),
      atLeast(0.7, '/home ÷ limit', ofOurs('limit').median),
    ],
  )
}

function emptyRounds(): Measured {
  return { perSecond: [], cost: [], p50: [], p99: [] }
}
