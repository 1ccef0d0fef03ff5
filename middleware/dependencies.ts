// What the site is built from: given to createApp by whoever starts it, or tests it.
import type { Connection } from 'mongoose'
import type { Settings } from '../config/env.ts'
import type { Logger } from '../config/logger.ts'
import type { Metrics } from '../lib/metrics.ts'
import type { SessionCache } from '../lib/session/cache.ts'
import type { Prototypes } from './prototypes.ts'
import type { Lessons } from '../lessons/lib/mount.ts'
import type { Readiness } from './readiness.ts'

export type Dependencies = {
  settings: Settings
  database: Connection
  logger: Logger
  /** The teaching pages, for a site that has them: whoever starts the site loads them, or does not. */
  lessons?: Lessons | undefined
  /** What the server makes its requests and responses of. */
  prototypes?: Prototypes
  /** Whoever will stop the process tells here when that begins. */
  readiness?: Readiness
  /** Where sessions are kept between requests, for a process that is the only one to change them. */
  sessionCache?: SessionCache | undefined
  /** Where is counted what happens, on a site that shows its metrics to somebody. */
  metrics?: Metrics | undefined
}
