// From the command to the first page: the site with its embedded engine on a new data folder, in production.
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { startNode, startServer, startWords } from '../processes.ts'
import { productionSettings } from '../site.ts'
import type { Stage } from '../stage.ts'
import { figure, percentile, target } from '../statistics.ts'

const MIN_ROUNDS = 7

/** Start and stop it a few times, on all cores: its engine is a process of its own. */
export async function start({ folder, options }: Stage) {
  const times: number[] = []
  const bare: number[] = []
  const rounds = Math.max(MIN_ROUNDS, options.rounds)
  for (let round = 1; round <= rounds; round++) {
    console.error(`start: round ${round} of ${rounds}`)
    const settings = { ...productionSettings, DATA_DIR: await mkdtemp(join(folder, 'start-')) }
    const log = join(folder, `start-${round}.log`)
    const site = await startServer(log, startWords(), settings, { place: 'anywhere' })
    times.push(site.waited)
    await site.stop()
    const began = performance.now()
    await startNode(log, ['-e', ''], {}, 'anywhere').ended
    bare.push(performance.now() - began)
  }
  return {
    figures: [
      figure('start', 'first page after', 'ms', times),
      figure('start', "`node -e ''` alone", 'ms', bare),
    ],
    targets: [target('start to the first page in ms', percentile(times, 0.5), 'at most', 1000)],
  }
}
