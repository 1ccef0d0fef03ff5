// What the site is built from: given to createApp by whoever starts it, or tests it.
import type { RequestHandler } from 'express'
import type { Connection } from 'mongoose'
import type { Settings } from '../config/env.ts'
import type { Logger } from '../config/logger.ts'
import type { Metrics } from '../lib/metrics.ts'
import type { SessionCache } from '../lib/session/cache.ts'
import type { SessionStore } from '../lib/session/store.ts'
import type { FrameParts } from './answer/layout.ts'
import type { Row } from './page.ts'
import type { Prototypes } from './prototypes.ts'
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

/** What the teaching pages bring with them. The site knows them by this alone. */
export type Lessons = {
  /** Their own middleware, which neither reads nor disturbs the site's sessions: it is mounted before them. */
  beforeSessions: RequestHandler[]
  /** Their pages, for the map. */
  rows: Row[]
  /** What they add to the frame around every page. */
  frame: FrameParts
  /** Has the operations of the site's session store noted. */
  watch: (store: SessionStore) => SessionStore
  /** End what they have started. */
  close: () => Promise<void>
}
