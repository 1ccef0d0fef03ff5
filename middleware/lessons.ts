// What the teaching pages bring with them. The site knows them by this type alone, so that it works without them.
import type { Request, RequestHandler } from 'express'
import type { SessionStore } from '../lib/session/store.ts'
import type { FrameParts } from './answer/layout.ts'
import type { Row } from './page.ts'

export type Lessons = {
  /** Their own middleware, which neither reads nor disturbs the site's sessions: it is mounted before them. */
  beforeSessions: RequestHandler[]
  /** Their pages, for the map. */
  rows: Row[]
  /** The names of their cookies. */
  cookies: string[]
  /** What they add to the frame around every page. */
  frame: FrameParts
  /** True for a request that a lesson makes of this site itself. */
  isOwnClient: (req: Request) => boolean
  /** Has the operations of the site's session store noted. */
  watch: (store: SessionStore) => SessionStore
  /** End what they have started. */
  close: () => Promise<void>
}
