// Sessions in MongoDB: connect-mongo's store, made safe for requests that overlap and for databases that are stolen.
import { callbackify } from 'node:util'
import { MongoStore } from 'connect-mongo'
import type { Session, SessionData } from 'express-session'
import type { Collection, Filter, MongoClient } from 'mongodb'
import { MINUTE } from '../../config/time.ts'
import type { Metrics } from '../metrics.ts'
import { SessionCache, throughCache } from './cache.ts'
import * as changes from './changes.ts'
import { clockOf, isDue, metadataOf, type Lifetime } from './clock.ts'
import { findAlive, plainDocuments, SESSIONS } from './documents.ts'
import type { Documents, SessionDocument } from './documents.ts'
import { encryptedDocuments } from './encrypted-documents.ts'
import type { Encryption } from './encryption.ts'
import { metered } from './metered.ts'
import { storageId } from './storage-id.ts'

export type StoreOptions = Lifetime & {
  client: MongoClient
  databaseName: string
  collectionName?: string
  encryption?: Encryption | undefined
  /** Where sessions are kept in this process, for as long as no other one changes them. */
  cache?: SessionCache | undefined
  metrics?: Metrics | undefined
}
type Origin = { before: changes.Snapshot; lastActive: Date }
type Request = Parameters<MongoStore['createSession']>[0]
type Callback<T> = (error: unknown, value?: T) => void
const nothing = () => undefined

/**
 * The site's store. A session that was loaded is only ever updated, never inserted, and of it only the keys that a request
 * changed. So a late request neither brings back a session that has ended nor undoes what others wrote meanwhile.
 */
export class SessionStore extends MongoStore {
  /** Everything that is read and written goes through these; a write past them would leave an old session in the cache. */
  readonly documents: Documents
  /** For reading alone. */
  readonly raw: Pick<Collection<SessionDocument>, 'find' | 'findOne' | 'countDocuments'>
  private readonly cache: SessionCache
  private readonly lifetime: Lifetime
  private readonly origins = new WeakMap<object, Origin>()
  private readonly purging: NodeJS.Timeout

  constructor(options: StoreOptions) {
    const { client, databaseName, collectionName = SESSIONS, encryption, metrics } = options
    super({
      client,
      dbName: databaseName,
      collectionName,
      stringify: false,
      transformId: storageId,
      autoRemove: 'disabled', // the embedded engine never acts on a TTL index: purged here, on every engine
    })
    const database = client.db(databaseName)
    const collection = database.collection<SessionDocument>(collectionName)
    const documents = encryption
      ? encryptedDocuments(database.collection(collectionName), encryption)
      : plainDocuments(collection)
    this.cache = options.cache ?? new SessionCache()
    this.documents = throughCache(metrics ? metered(documents, metrics) : documents, this.cache)
    this.raw = collection
    this.lifetime = options
    const purge = () => void this.documents.purge().catch(nothing)
    this.purging = setInterval(purge, MINUTE).unref()
  }

  /** Make a store of this kind; the one inherited would make connect-mongo's. */
  static override create<T extends SessionData>(
    options: StoreOptions,
  ): SessionStore & MongoStore<T> {
    return new SessionStore(options) as SessionStore & MongoStore<T>
  }

  /** Read a session that has not ended. */
  override get(sid: string, callback: Callback<SessionData | null>): void {
    const id = storageId(sid)
    const kept = this.cache.find(id)
    if (kept) callback(null, this.loaded(sid, kept))
    else callbackify(async () => this.loaded(sid, await this.documents.find(id)))(callback)
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
    callbackify(async () => {
      changes.checkKeys(changes.dataOf(session))
      const origin = this.origins.get(session)
      if (!origin) {
        const metadata = metadataOf(session, this.lifetime)
        const whole = changes.wholeOf(session)
        const isNew = await this.documents.insert(storageId(sid), whole, metadata)
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
    })(callback)
  }

  /** Move the clock of a session that was used, if it is due. A session that has ended meanwhile stays ended, quietly. */
  override touch(sid: string, session: SessionData, callback: Callback<void> = nothing): void {
    // At once, if it is not: express-session then sends the answer in one piece.
    if (!this.isClockDue(session)) callback(null)
    else callbackify(() => this.moveClock(sid, session))(callback)
  }

  /** Delete a session that its own request ends. */
  override destroy(sid: string, callback: Callback<void> = nothing): void {
    callbackify(async () => {
      await this.documents.remove(storageId(sid))
      this.emit('destroy', sid)
    })(callback)
  }

  /** All sessions that have not ended. */
  override all(callback: Callback<SessionData[]>): void {
    callbackify(async () => {
      const sessions = (await findAlive(this.raw, this.documents)) as unknown as SessionData[]
      this.emit('all', sessions)
      return sessions
    })(callback)
  }

  /** How many sessions all() lists. Each is read: whether it can be decrypted shows only then. */
  override length(callback: (error: unknown, length: number) => void): void {
    callbackify(async () => (await findAlive(this.raw, this.documents)).length)(callback)
  }

  /** Delete all sessions there are. */
  override clear(callback: Callback<void> = nothing): void {
    callbackify(() => this.documents.removeAll({}))(callback)
  }

  /** True if something of this session is still to be written. */
  hasChanges(session: object): boolean {
    return changes.hasChanged(this.origins.get(session)?.before ?? new Map(), session)
  }

  /** Take a key out of a session, stored and loaded, in one step: of parallel requests only one gets its value. */
  async take<K extends keyof SessionData>(sid: string, session: Partial<SessionData>, key: K) {
    const value = await this.documents.take(storageId(sid), key)
    const origin = this.origins.get(session)
    // oxlint-disable-next-line typescript/no-dynamic-delete -- the type allows the session's own keys only
    delete session[key]
    if (origin) this.origins.set(session, { ...origin, before: changes.snapshot(session) })
    return value as SessionData[K] | undefined
  }

  /** End sessions now, emptied but for the reason; a request of theirs that is under way can't undo it. Returns how many. */
  async end(filter: Filter<SessionDocument>, reason: string): Promise<number> {
    return this.documents.end(filter, reason)
  }

  /** Delete all sessions of somebody whose account is gone. */
  async forget(owner: string): Promise<void> {
    await this.documents.removeAll({ owner })
  }

  /** Stop purging and close the client. */
  override async close(): Promise<void> {
    clearInterval(this.purging)
    await super.close()
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
    return !origin || isDue(origin.lastActive, session, this.lifetime)
  }

  private async moveClock(sid: string, session: SessionData): Promise<void> {
    const origin = this.origins.get(session)
    const clock = clockOf(session, this.lifetime)
    const isAlive = await this.documents.move(storageId(sid), clock)
    if (origin) this.origins.set(session, { ...origin, lastActive: clock.lastActive })
    if (isAlive) this.emit('touch', sid, session)
  }
}
