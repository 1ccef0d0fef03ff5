// All cases, in the order in which they are run.
import type { CaseName } from '../options.ts'
import type { Stage } from '../stage.ts'
import type { CaseResult } from '../statistics.ts'
import { captcha } from './captcha.ts'
import { home } from './home.ts'
import { login } from './login.ts'
import { memory } from './memory.ts'
import { signIn } from './sign-in.ts'
import { size } from './size.ts'
import { start } from './start.ts'

type Measure = (stage: Stage) => Promise<Omit<CaseResult, 'measuredAt'>>

/** What a case has started is stopped after it. */
export const cases: Record<CaseName, Measure> = {
  home,
  login,
  'sign-in': signIn,
  captcha,
  size,
  memory,
  start,
}
