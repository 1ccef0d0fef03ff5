// `npm run bench`: measure the site and its contenders on this machine, print which targets are met, and keep the figures in docs/bench.
import { captcha } from './cases/captcha.ts'
import { home } from './cases/home.ts'
import { login } from './cases/login.ts'
import { memory } from './cases/memory.ts'
import { read } from './cases/read.ts'
import { signIn } from './cases/sign-in.ts'
import { size } from './cases/size.ts'
import { start } from './cases/start.ts'
import { moveTo } from './machine.ts'
import { readOptions } from './options.ts'
import { stopAll } from './processes.ts'
import { print, tablesOf, writeReport } from './report.ts'
import { withStage } from './stage.ts'
import type { CaseResult } from './statistics.ts'

const cases = { home, read, login, 'sign-in': signIn, captcha, size, memory, start }
const options = readOptions()
process.once('SIGINT', () => process.exit(130))
moveTo('load', process.pid) // with everything that it starts
const results: Record<string, CaseResult> = {}
const broken: string[] = []
await withStage(options, async (stage) => {
  if (options.profile) console.error(`The profiles of ours will be in ${stage.profiles}`)
  for (const name of options.only) {
    try {
      const measured = await cases[name](stage)
      results[name] = { measuredAt: new Date().toISOString(), ...measured }
      await print(tablesOf({ [name]: results[name] }))
      // After each case: a run that is stopped keeps what it has.
      if (options.write) await writeReport(options, results)
    } catch (error) {
      // Loudly, but without losing what the other cases have measured or have yet to.
      broken.push(name)
      console.error(`${name} broke:`, error)
    } finally {
      await stopAll()
    }
  }
})
const targets = Object.values(results).flatMap((one) => one.targets)
const isMissed = options.strict && targets.some(({ isMet }) => !isMet)
process.exit(broken.length > 0 || isMissed ? 1 : 0)
