// All cases, in the order in which they are run.
import type { CaseName } from '../options.ts'
import type { CaseResult } from '../results.ts'
import type { Stage } from '../stage.ts'
import { captcha } from './captcha.ts'
import { home } from './home.ts'
import { login } from './login.ts'
import { memory } from './memory.ts'
import { signIn } from './sign-in.ts'
import { size } from './size.ts'
import { start } from './start.ts'

export const cases: Record<CaseName, (stage: Stage) => Promise<CaseResult>> = {
  home,
  login,
  'sign-in': signIn,
  captcha,
  size,
  memory,
  start,
}
