// All cases, in the order in which they are run, and those whose load can be put on ours alone for a profile.
import type { CaseName } from '../options.ts'
import type { Site } from '../site.ts'
import type { Stage } from '../stage.ts'
import type { CaseResult } from '../statistics.ts'
import { captcha, openCaptcha } from './captcha.ts'
import { home, openHome } from './home.ts'
import { login, openLogin } from './login.ts'
import { memory } from './memory.ts'
import { openSignIn, signIn } from './sign-in.ts'
import { size } from './size.ts'
import { start } from './start.ts'

type Measure = (stage: Stage) => Promise<Omit<CaseResult, 'measuredAt'>>
type Open = (
  stage: Stage,
  args: string[],
) => Promise<{ site: Pick<Site, 'stop'>; load: (seconds: number) => Promise<unknown> }>

export const cases: Record<CaseName, Measure> = {
  home,
  login,
  'sign-in': signIn,
  captcha,
  size,
  memory,
  start,
}

export const profiled: Partial<Record<CaseName, Open>> = {
  home: openHome,
  login: openLogin,
  'sign-in': openSignIn,
  captcha: openCaptcha,
}
