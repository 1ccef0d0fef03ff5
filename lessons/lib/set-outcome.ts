// What came of a request, in a sentence beside it: a class has to see at a glance who was let in and who was not.
import type { Response } from 'express'
import type { Outcome } from './outcome.ts'

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the way Express's own types are extended
  namespace Express {
    interface Locals {
      /** What came of this request of a lesson. */
      told?: Outcome
    }
  }
}

/** Say beside this exchange what came of it: the sentence lessons.<name>.told.<key>. */
export function setOutcome(res: Response, key: string, values: Outcome['values'] = {}): void {
  res.locals.told = { key, values }
}
