// The session of one request, safe for requests that overlap: the part of the store that express-session calls.
import { MongoStore } from 'connect-mongo'
import type { Session, SessionData } from 'express-session'
import type { Collection } from 'mongodb'
import { answer, nothing, type Callback } from './callback.ts'
import {
  changesSince,
  checkKeys,
  cookieOf,
  dataOf,
  isEmpty,
  snapshot,
  type Data,
  type Snapshot,
} from './session-changes.ts'
import { isDue } from './session-clock.ts'
import { openSessions, SESSIONS, type Options } from './session-collection.ts'
import { alive, type Documents, type SessionDocument } from './session-documents.ts'
import { clockOf, factsOf, idleOf, type Lifetime } from './session-lifetime.ts'
import { storageId } from './storage-id.ts'

type Origin = { before: Snapshot; lastActive: Date }
type Request = Parameters<MongoStore['createSession']>[0]

/**
 * A session that was loaded is only ever updated, never inserted, and of it only the keys that a request changed.
 * So a late request neither brings back a session that has ended nor undoes what others wrote meanwhile.
 */
export class RequestSessionStore extends MongoStore {
  readonly documents: Documents
  readonly raw: Collection<SessionDocument>
  protected readonly origins = new WeakMap<object, Origin>()
  private readonly lifetime: Lifetime

  constructor(options: Options) {
    super({
      client: options.client,
      dbName: options.databaseName,
      collectionName: options.collectionName ?? SESSIONS,
      stringify: false,
      transformId: storageId,
      autoRemove: 'disabled', // the embedded engine never acts on a TTL index: purged here, on every engine
    })
    const { raw, documents } = openSessions(options)
    this.raw = raw
    this.documents = documents
    this.lifetime = options
  }

  /** Read a session that has not ended. */
  override get(sid: string, callback: Callback<SessionData | null>): void {
    answer(callback, async () => {
      const found = await this.documents.find(storageId(sid))
      this.emit('get', sid)
      const data = (found?.session ?? null) as SessionData | null
      if (found && data) {
        this.origins.set(data, { before: snapshot(data), lastActive: found.lastActive })
      }
      return data
    })
  }

  /** Make the session of a request; what it was when it was loaded stays known beside it. */
  override createSession(req: Request, data: SessionData): Session & SessionData {
    const origin = this.origins.get(data)
    const session = super.createSession(req, data)
    if (origin) this.origins.set(session, origin)
    return session
  }

  /** Write what was changed since loading; a session that was never loaded is written as a whole. */
  override set(sid: string, session: SessionData, callback: Callback<void> = nothing): void {
    answer(callback, async () => {
      checkKeys(dataOf(session))
      const origin = this.origins.get(session)
      if (!origin) {
        const data = { ...dataOf(session), cookie: cookieOf(session) }
        const facts = factsOf(session, this.lifetime)
        const isNew = await this.documents.insert(storageId(sid), data, facts)
        this.emit(isNew ? 'create' : 'update', sid)
      } else if (this.hasChanges(session)) {
        const changes = changesSince(origin.before, session)
        changes.set.cookie = cookieOf(session)
        const clock = clockOf(session, this.lifetime)
        if (await this.documents.change(storageId(sid), changes, clock)) this.emit('update', sid)
      } else {
        await this.moveClock(sid, session)
      }
      this.origins.set(session, { before: snapshot(session), lastActive: new Date() })
      this.emit('set', sid)
    })
  }

  /** Move the clock of a session that was used, if it is due. A session that has ended meanwhile stays ended, quietly. */
  override touch(sid: string, session: SessionData, callback: Callback<void> = nothing): void {
    answer(callback, () => this.moveClock(sid, session))
  }

  /** True if something of this session is still to be written. */
  hasChanges(session: object): boolean {
    const { before } = this.origins.get(session) ?? { before: new Map<string, string>() }
    return !isEmpty(changesSince(before, session))
  }

  private async moveClock(sid: string, session: SessionData): Promise<void> {
    const origin = this.origins.get(session)
    if (!origin || isDue(origin.lastActive, idleOf(session, this.lifetime))) {
      const clock = clockOf(session, this.lifetime)
      const mine = alive<Data>({ _id: storageId(sid) })
      const { matchedCount } = await this.raw.updateOne(mine, { $set: clock })
      if (origin) this.origins.set(session, { ...origin, lastActive: clock.lastActive })
      if (matchedCount > 0) this.emit('touch', sid, session)
    }
  }
}
