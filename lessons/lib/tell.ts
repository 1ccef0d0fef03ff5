// What came of a request, in a sentence beside it: a class has to see at a glance who was let in and who was not.
import type { Response } from 'express'
import type { Told } from './told.ts'

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the way Express's own types are extended
  namespace Express {
    interface Locals {
      /** What came of this request of a lesson. */
      told?: Told
    }
  }
}

/** Say beside this exchange what came of it: the sentence lessons.<name>.told.<key>. */
export function tell(res: Response, key: string, values: Told['values'] = {}): void {
  res.locals.told = { key, values }
}
