// Sessions in MongoDB: connect-mongo's store, made safe for requests that overlap and for databases that are stolen.
import type { MongoStore } from 'connect-mongo'
import type { SessionData } from 'express-session'
import type { Filter } from 'mongodb'
import { MINUTE } from '../../config/session.ts'
import { answer, nothing, type Callback } from '../callback.ts'
import { RequestSessionStore, type StoreOptions } from './request-store.ts'
import { snapshot } from './changes.ts'
import { alive, type SessionDocument } from './documents.ts'
import { storageId } from './storage-id.ts'

const PURGE_EVERY = MINUTE

/** The store of the site: what express-session calls, and what is done to sessions from outside their own requests. */
export class SessionStore extends RequestSessionStore {
  private readonly purging: NodeJS.Timeout

  constructor(options: StoreOptions) {
    super(options)
    this.purging = setInterval(() => void this.purge().catch(nothing), PURGE_EVERY).unref()
  }

  /** Make a store of this kind; the one inherited would make connect-mongo's. */
  static override create<T extends SessionData>(
    options: StoreOptions,
  ): SessionStore & MongoStore<T> {
    return new SessionStore(options) as SessionStore & MongoStore<T>
  }

  /** Delete a session that its own request ends. */
  override destroy(sid: string, callback: Callback<void> = nothing): void {
    answer(callback, async () => {
      const _id = storageId(sid)
      await this.cache.write(_id, () => this.written.deleteOne({ _id }))
      this.emit('destroy', sid)
    })
  }

  /** All sessions that have not ended. */
  override all(callback: Callback<SessionData[]>): void {
    answer(callback, async () => {
      const ids = await this.raw.find(alive({})).project<{ _id: string }>({ _id: 1 }).toArray()
      const found = await Promise.all(ids.map(({ _id }) => this.documents.find(_id)))
      const sessions = found.flatMap((one) => (one ? [one.session as unknown as SessionData] : []))
      this.emit('all', sessions)
      return sessions
    })
  }

  /** Take a key out of a session, stored and loaded, in one step: of parallel requests only one gets its value. */
  async take<K extends keyof SessionData>(sid: string, session: Partial<SessionData>, key: K) {
    const value = await this.documents.take(storageId(sid), key)
    const origin = this.origins.get(session)
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- the type allows the session's own keys only
    delete session[key]
    if (origin) this.origins.set(session, { ...origin, before: snapshot(session) })
    return value as SessionData[K] | undefined
  }

  /** End sessions now, emptied but for the reason; a request of theirs that is under way can't undo it. Returns how many. */
  async end(filter: Filter<SessionDocument>, why: string): Promise<number> {
    const now = new Date()
    const ending = { $set: { expires: now, ended: why }, $unset: { session: '' as const } }
    const all = () => this.written.updateMany(alive(filter), ending)
    return (await this.cache.write(undefined, all)).modifiedCount
  }

  /** Delete all sessions of somebody whose account is gone. */
  async forget(owner: string): Promise<void> {
    await this.cache.write(undefined, () => this.written.deleteMany({ owner }))
  }

  /** Delete all sessions there are. */
  override clear(callback: Callback<void> = nothing): void {
    answer(callback, async () => {
      await this.cache.write(undefined, () => this.written.deleteMany({}))
    })
  }

  /** Delete what ended long enough ago. */
  async purge(): Promise<void> {
    // None of these is alive any more, so nothing that is kept in memory is concerned.
    await this.written.deleteMany({ purgeAt: { $lt: new Date() } })
  }

  /** Stop purging and close the client. */
  override async close(): Promise<void> {
    clearInterval(this.purging)
    await super.close()
  }
}
