// What the site's process holds in memory after many requests, and whether it still grows.
import { startOurs } from '../contenders.ts'
import { sendFlatOut } from '../load.ts'
import { residentMemory } from '../machine.ts'
import type { Stage } from '../stage.ts'
import { figure, slope, target } from '../statistics.ts'

const SAMPLES = 400
const MAX_MEMORY = 140 // MB
const MAX_SLOPE = 5 // MB in 100,000 requests: within what garbage collection moves it up and down
const PATHS = ['/home', '/account', '/account/sessions', '/healthz']

/** Send the requests to pages of signed-in visitors and look at the process as they are answered. */
export async function memory(stage: Stage) {
  const { requests } = stage.options
  const said = requests.toLocaleString('en')
  console.error(`memory: ${said} requests`)
  const { url, visitors, pid } = await startOurs(stage, 'ours-memory')
  const samples: { x: number; y: number }[] = []
  const every = Math.ceil(requests / SAMPLES)
  await sendFlatOut(
    url,
    (connection) => PATHS.map((path) => ({ path, headers: visitors[connection] })),
    { status: 200 },
    { connections: visitors.length, amount: requests },
    (count) => {
      if (count % every === 0) samples.push({ x: count / 100_000, y: residentMemory(pid) })
    },
  )
  const secondHalf = samples.slice(samples.length / 2)
  const used = secondHalf.map(({ y }) => y)
  const growth = slope(secondHalf)
  const last = used.at(-1) ?? NaN
  return {
    figures: [
      figure('a worker', 'memory in the second half', 'MB', used),
      figure('a worker', 'memory at the end', 'MB', [last]),
      figure('a worker', 'slope in 100,000 requests', 'MB', [growth]),
    ],
    targets: [
      target(`memory in MB after ${said} requests`, last, 'at most', MAX_MEMORY),
      target('slope of memory, MB in 100,000 requests', growth, 'at most', MAX_SLOPE),
    ],
  }
}
