// A whole run: the stage set once, every case on it, and what is told and kept of the results.
import { cases } from './cases/index.ts'
import type { Options } from './options.ts'
import { tellProfile } from './profile.ts'
import { writeReport } from './report.ts'
import type { CaseResult } from './results.ts'
import { withStage } from './stage.ts'
import { tellResult } from './tell.ts'

/** Measure, or profile, the cases that are asked for. Returns whether all targets are met; throws where a contender broke. */
export async function run(options: Options): Promise<boolean> {
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
  return Object.values(results).every(({ targets }) => targets.every(({ isMet }) => isMet))
}
