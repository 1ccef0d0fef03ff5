// From the command to the first page: the site with its embedded engine on a new data folder, in production.
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort, startNode, untilAnswered } from '../processes.ts'
import { productionSettings, program } from '../site.ts'
import type { Stage } from '../stage.ts'
import { atMost, figure, percentile } from '../statistics.ts'

const MIN_ROUNDS = 5

/** Start and stop it a few times, on all cores: its engine is a process of its own. */
export async function start({ folder, options }: Stage) {
  const times: number[] = []
  const rounds = Math.max(MIN_ROUNDS, options.rounds)
  for (let round = 1; round <= rounds; round++) {
    console.error(`start: round ${round} of ${rounds}`)
    const port = await freePort()
    const DATA_DIR = await mkdtemp(join(folder, 'start-'))
    const environment = { ...productionSettings(port), DATA_DIR }
    const site = startNode(join(folder, `start-${round}.log`), program, environment, 'anywhere')
    times.push(await untilAnswered(`http://127.0.0.1:${port}/login`, site))
    await site.stop()
  }
  return {
    figures: [figure('start', 'first page after', 'ms', times)],
    targets: [atMost(1000, 'start to the first page in ms', percentile(times, 0.5))],
  }
}
