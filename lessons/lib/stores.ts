// The stores of lessons: the real connect-mongo and the site's own, each with a collection of its own, watched and bounded.
import { MongoStore } from 'connect-mongo'
import type { Collection } from 'mongodb'
import type { Connection } from 'mongoose'
import { MINUTE } from '../../config/time.ts'
import { SessionStore } from '../../lib/session/store.ts'
import { storageId } from '../../lib/session/storage-id.ts'
import { watched } from './watch.ts'

const MAX_DOCUMENTS = 2000 // of one lesson: a class of fifty pressing every button comes nowhere near
const PURGE_EVERY = 30 * 1000 // milliseconds

export type StoredDocument = { _id: string; expires?: Date; session?: unknown }
/** Something else that a lesson keeps, until it expires. */
export type KeptDocument = { _id: string; expires: Date }

/** The stores of one lesson. */
export class LessonStores {
  private readonly collections = new Set<string>()
  private readonly others = new Set<string>()
  /** More places where a session may be found: asked after all stores. */
  readonly readers: ((id: string) => Promise<StoredDocument | undefined>)[] = []
  private lastPurge = 0
  private readonly database: Connection
  private readonly lesson: string

  constructor(database: Connection, lesson: string) {
    this.database = database
    this.lesson = lesson
  }

  /** connect-mongo on a collection of this lesson; two of different names share nothing. */
  mongo(name = 'sessions', options: { touchAfter?: number } = {}): MongoStore {
    this.collections.add(name)
    return watched(
      MongoStore.create({
        client: this.database.getClient(),
        dbName: this.database.name,
        collectionName: this.collectionName(name),
        stringify: false, // so that a class can read what is in it
        autoRemove: 'disabled', // purged here: the embedded engine never acts on a TTL index
        ...options,
      }),
    )
  }

  /** The site's own store on a collection of this lesson. */
  own(name = 'own'): SessionStore {
    this.collections.add(name)
    const where = { databaseName: this.database.name, collectionName: this.collectionName(name) }
    const client = this.database.getClient()
    return watched(new SessionStore({ client, ...where, idle: 10 * MINUTE }))
  }

  /** A collection of this lesson for what is no session: never found by the id in a cookie, but bounded and purged alike. */
  documents<D extends KeptDocument>(name: string): Collection<D> {
    this.others.add(name)
    return this.database.collection<D>(this.collectionName(name))
  }

  /** The document of a session as it is stored now, in whichever store of this lesson has it. */
  async read(id: string): Promise<StoredDocument | undefined> {
    for (const name of this.collections) {
      const found = await this.collection(name).findOne(withId(id))
      if (found) return found
    }
    const others = await Promise.all(this.readers.map((read) => read(id)))
    return others.find((found) => found !== undefined)
  }

  /** Delete a session wherever it is. */
  async remove(id: string): Promise<void> {
    for (const name of this.collections) await this.collection(name).deleteOne(withId(id))
  }

  /** How many sessions a collection of this lesson holds. */
  async count(name = 'sessions'): Promise<number> {
    return this.collection(name).countDocuments({ expires: { $gt: new Date() } })
  }

  /** Delete what has expired, and the oldest of what is too much; not more often than every half minute. */
  purgeNowAndThen(): void {
    if (Math.abs(Date.now() - this.lastPurge) >= PURGE_EVERY) {
      this.lastPurge = Date.now()
      void this.purge().catch(() => undefined) // what could not be deleted is deleted next time
    }
  }

  private async purge(): Promise<void> {
    for (const name of [...this.collections, ...this.others]) {
      const collection = this.collection(name)
      await collection.deleteMany({ expires: { $lt: new Date() } })
      const surplus = await collection.find().sort({ expires: -1 }).skip(MAX_DOCUMENTS).toArray()
      await collection.deleteMany({ _id: { $in: surplus.map(({ _id }) => _id) } })
    }
  }

  /** A collection of this lesson, for what its page counts. */
  collection(name = 'sessions'): Collection<StoredDocument> {
    return this.database.collection<StoredDocument>(this.collectionName(name))
  }

  private collectionName(name: string): string {
    return `lesson-${this.lesson}-${name}`
  }
}

// The site's own store keeps a session under the hash of its id (lib/session/storage-id.ts), connect-mongo under the id itself.
function withId(id: string) {
  return { _id: { $in: [id, storageId(id)] } }
}
