// The session of one request, safe for requests that overlap: the part of the store that express-session calls.
import { MongoStore } from 'connect-mongo'
import type { Session, SessionData } from 'express-session'
import type { Collection } from 'mongodb'
import { answer, nothing, type Callback } from '../callback.ts'
import { SessionCache } from './cache.ts'
import * as changes from './changes.ts'
import { isDue } from './clock.ts'
import { openSessions, SESSIONS, type Options } from './collection.ts'
import type { Documents, SessionDocument } from './documents.ts'
import { clockOf, factsOf, idleOf, type Lifetime } from './lifetime.ts'
import { storageId } from './storage-id.ts'

export type StoreOptions = Omit<Options, 'cache'> & { cache?: SessionCache | undefined }
type Origin = { before: changes.Snapshot; lastActive: Date }
type Request = Parameters<MongoStore['createSession']>[0]

/**
 * A session that was loaded is only ever updated, never inserted, and of it only the keys that a request changed.
 * So a late request neither brings back a session that has ended nor undoes what others wrote meanwhile.
 */
export class RequestSessionStore extends MongoStore {
  readonly documents: Documents
  /** For reading alone: a write would pass the cache by. */
  readonly raw: Pick<Collection<SessionDocument>, 'find' | 'findOne' | 'countDocuments'>
  protected readonly written: Collection<SessionDocument>
  protected readonly cache: SessionCache
  protected readonly origins = new WeakMap<object, Origin>()
  private readonly lifetime: Lifetime

  constructor({ cache = new SessionCache(), ...options }: StoreOptions) {
    super({
      client: options.client,
      dbName: options.databaseName,
      collectionName: options.collectionName ?? SESSIONS,
      stringify: false,
      transformId: storageId,
      autoRemove: 'disabled', // the embedded engine never acts on a TTL index: purged here, on every engine
    })
    const { raw, documents } = openSessions({ ...options, cache })
    this.raw = this.written = raw
    this.documents = documents
    this.cache = cache
    this.lifetime = options
  }

  /** Read a session that has not ended. */
  override get(sid: string, callback: Callback<SessionData | null>): void {
    const id = storageId(sid)
    const kept = this.cache.find(id)
    if (kept) {
      callback(null, this.loaded(sid, kept))
    } else {
      answer(callback, async () => this.loaded(sid, await this.documents.find(id)))
    }
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
      changes.checkKeys(changes.dataOf(session))
      const origin = this.origins.get(session)
      if (!origin) {
        const facts = factsOf(session, this.lifetime)
        const isNew = await this.documents.insert(storageId(sid), changes.wholeOf(session), facts)
        this.emit(isNew ? 'create' : 'update', sid)
      } else if (this.hasChanges(session)) {
        const changed = changes.changesSince(origin.before, session)
        changed.set.cookie = changes.cookieOf(session)
        const clock = clockOf(session, this.lifetime)
        if (await this.documents.change(storageId(sid), changed, clock)) this.emit('update', sid)
      } else if (this.isClockDue(session)) {
        await this.moveClock(sid, session)
      }
      this.origins.set(session, { before: changes.snapshot(session), lastActive: new Date() })
      this.emit('set', sid)
    })
  }

  /** Move the clock of a session that was used, if it is due. A session that has ended meanwhile stays ended, quietly. */
  override touch(sid: string, session: SessionData, callback: Callback<void> = nothing): void {
    // At once, if it is not: express-session then sends the answer in one piece.
    if (!this.isClockDue(session)) callback(null)
    else answer(callback, () => this.moveClock(sid, session))
  }

  /** True if something of this session is still to be written. */
  hasChanges(session: object): boolean {
    return changes.hasChanged(this.origins.get(session)?.before ?? new Map(), session)
  }

  private loaded(sid: string, found: SessionDocument | undefined): SessionData | null {
    this.emit('get', sid)
    const data = (found?.session ?? null) as SessionData | null
    const before = changes.snapshot(data ?? {})
    if (found && data) this.origins.set(data, { before, lastActive: found.lastActive })
    return data
  }

  private isClockDue(session: SessionData): boolean {
    const origin = this.origins.get(session)
    return !origin || isDue(origin.lastActive, idleOf(session, this.lifetime))
  }

  private async moveClock(sid: string, session: SessionData): Promise<void> {
    const origin = this.origins.get(session)
    const clock = clockOf(session, this.lifetime)
    const isAlive = await this.documents.move(storageId(sid), clock)
    if (origin) this.origins.set(session, { ...origin, lastActive: clock.lastActive })
    if (isAlive) this.emit('touch', sid, session)
  }
}
