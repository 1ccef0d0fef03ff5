// From the command to the first page: the site with its embedded engine on a new data folder, in production.
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { startNode, untilAnswered } from '../processes.ts'
import { atMost, figure, resultOf, type CaseResult } from '../results.ts'
import { freePort, productionSettings, program } from '../site.ts'
import type { Stage } from '../stage.ts'
import { spreadOf } from '../statistics.ts'

const FEWEST = 5

/** Start and stop it a few times, on all cores: its engine is a process of its own. */
export async function start(stage: Stage): Promise<CaseResult> {
  const times: number[] = []
  const rounds = Math.max(FEWEST, stage.options.rounds)
  for (let round = 1; round <= rounds; round++) {
    stage.say(`start: round ${round} of ${rounds}`)
    const port = await freePort()
    const environment = {
      ...productionSettings(port),
      DATA_DIR: await mkdtemp(join(stage.folder, 'start-')),
      XDG_CACHE_HOME: stage.cacheHome,
    }
    const site = startNode(stage, `start-${round}`, program, environment, 'anywhere')
    times.push(await untilAnswered(`http://127.0.0.1:${port}/login`, site))
    await site.stop()
  }
  const spread = spreadOf(times)
  return resultOf(
    [figure('start', 'first page after', 'ms', spread)],
    [atMost(1000, 'start to the first page in ms', spread.median)],
  )
}
