// What the site's process holds in memory after many requests, and whether it still grows.
import { flatOut } from '../load.ts'
import { residentMemory } from '../machine.ts'
import { atMost, figure, resultOf, type CaseResult } from '../results.ts'
import { startOurs } from '../rivals.ts'
import type { Stage } from '../stage.ts'
import { slope, spreadOf } from '../statistics.ts'

const SAMPLES = 400
const MOST = 150 // MB
const STEEPEST = 5 // MB in 100,000 requests: within what garbage collection moves it up and down
const PATHS = ['/home', '/account', '/account/sessions', '/healthz']

/** Send the requests to pages of signed-in visitors and look at the process as they are answered. */
export async function memory(stage: Stage): Promise<CaseResult> {
  const { requests } = stage.options
  stage.say(`memory: ${requests.toLocaleString('en')} requests`)
  const { url, visitors, process } = await startOurs(stage, 'ours-memory')
  const samples: { x: number; y: number }[] = []
  const every = Math.ceil(requests / SAMPLES)
  await flatOut(
    url,
    (connection) => PATHS.map((path) => ({ path, headers: visitors[connection] })),
    { status: 200 },
    { connections: visitors.length, amount: requests },
    (count) => {
      if (count % every === 0) samples.push({ x: count / 100_000, y: residentMemory(process.pid) })
    },
  )
  await process.stop()
  const secondHalf = samples.slice(samples.length / 2)
  const growth = slope(secondHalf)
  const used = spreadOf(secondHalf.map(({ y }) => y))
  const last = samples.at(-1)?.y ?? NaN
  return resultOf(
    [
      figure('a worker', 'memory in the second half', 'MB', used),
      figure('a worker', 'memory at the end', 'MB', spreadOf([last])),
      figure('a worker', 'slope in 100,000 requests', 'MB', spreadOf([growth])),
    ],
    [
      atMost(MOST, `memory in MB after ${requests.toLocaleString('en')} requests`, last),
      atMost(STEEPEST, 'slope of memory, MB in 100,000 requests', growth),
    ],
  )
}
