// After signing in a member sees once what failed at the account meanwhile: it may have been somebody else (ASVS 6.3.5).
import type { Request } from 'express'
import type { SessionData } from 'express-session'
import type { Failures } from '../../models/account/activity.ts'

declare module 'express-session' {
  interface SessionData {
    failures: Failures
  }
}

/** Keep the failures for the first page that this session sees. */
export function rememberFailures(req: Request, failures: Failures | undefined): void {
  if (failures) req.session.failures = failures
}

/** The failures to show, once. A page that failed before its session was known shows none. */
export function takeFailures(req: Request): Failures | undefined {
  const session = req.session as Partial<SessionData> | null | undefined
  const failures = session?.failures
  if (failures) delete session.failures
  return failures
}
