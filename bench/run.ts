// A whole run: the stage set once, every case on it, and what is told and kept of the results.
import { cases } from './cases/index.ts'
import type { Options } from './options.ts'
import { tellProfile } from './profile.ts'
import { stopAll } from './processes.ts'
import { writeReport } from './report.ts'
import type { CaseResult } from './results.ts'
import { withStage } from './stage.ts'
import { tellResult } from './tell.ts'

/** Measure, or profile, the cases that are asked for. Returns what became of it; a case in which a contender broke has no result. */
export async function run(options: Options): Promise<'met' | 'missed' | 'broken'> {
  const results: Record<string, CaseResult> = {}
  const broken: string[] = []
  await withStage(options, async (stage) => {
    for (const name of options.only) {
      if (options.profile) {
        await tellProfile(stage, name)
      } else {
        try {
          const result = await cases[name](stage)
          tellResult(name, result)
          results[name] = result
          // After each case: a run that is stopped keeps what it has.
          if (options.write) await writeReport(options, results)
        } catch (error) {
          // Loudly, but without losing what the other cases have measured or have yet to.
          broken.push(name)
          stage.say(
            `${name} broke: ${error instanceof Error ? (error.stack ?? '') : String(error)}`,
          )
          stopAll()
        }
      }
    }
  })
  const isAllMet = Object.values(results).every(({ targets }) =>
    targets.every(({ isMet }) => isMet),
  )
  return broken.length > 0 ? 'broken' : isAllMet ? 'met' : 'missed'
}
