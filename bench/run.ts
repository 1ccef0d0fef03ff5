// A whole run: the stage set once, every case on it, and what is printed and kept of the results.
import { cases } from './cases/index.ts'
import type { Options } from './options.ts'
import { killAll } from './processes.ts'
import { profile } from './profile.ts'
import { print, tablesOf, writeReport } from './report.ts'
import { withStage } from './stage.ts'
import type { CaseResult } from './statistics.ts'

/** Measure, or profile, the cases that are asked for. Returns what became of it; a case in which a contender broke has no result. */
export async function run(options: Options): Promise<'met' | 'missed' | 'broken'> {
  const results: Record<string, CaseResult> = {}
  let isBroken = false
  await withStage(options, async (stage) => {
    for (const name of options.only) {
      try {
        if (options.profile) {
          await profile(stage, name)
        } else {
          const measured = await cases[name](stage)
          results[name] = { measuredAt: new Date().toISOString(), ...measured }
          await print(tablesOf({ [name]: results[name] }))
          // After each case: a run that is stopped keeps what it has.
          if (options.write) await writeReport(options, results)
        }
      } catch (error) {
        // Loudly, but without losing what the other cases have measured or have yet to.
        isBroken = true
        console.error(`${name} broke:`, error)
        killAll()
      }
    }
  })
  const targets = Object.values(results).flatMap((one) => one.targets)
  const isAllMet = targets.every(({ isMet }) => isMet)
  return isBroken ? 'broken' : isAllMet ? 'met' : 'missed'
}
