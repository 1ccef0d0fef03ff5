// `npm run bench`: measure the site and its rivals on this machine, say which targets are met, and keep the figures in docs/bench.
import { cases } from './cases/index.ts'
import { readOptions } from './options.ts'
import { pinMyself } from './pinning.ts'
import { tellProfile } from './profile.ts'
import { writeReport } from './report.ts'
import type { CaseResult } from './results.ts'
import { withStage } from './stage.ts'
import { tellResult } from './tell.ts'

const options = readOptions()
process.once('SIGINT', () => process.exit(130))
pinMyself()
const results: Record<string, CaseResult> = {}
await withStage(options, async (stage) => {
  for (const name of options.only) {
    if (options.profile) {
      await tellProfile(stage, name)
    } else {
      const result = await cases[name](stage)
      tellResult(name, result)
      results[name] = result
    }
  }
})
if (options.write && !options.profile) await writeReport(options, results)
const missed = Object.values(results).some(({ targets }) => targets.some(({ isMet }) => !isMet))
process.exit(options.strict && missed ? 1 : 0)
