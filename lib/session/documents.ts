// The documents of sessions: found only while alive, and changed key by key, so that overlapping requests all count.
import type { Collection, Filter } from 'mongodb'
import type { Changes, Data } from './changes.ts'
import type { Clock } from './clock.ts'

export const SESSIONS = 'sessions' // the collection of the site's own

export type SessionDocument<Kept = Data> = Clock & {
  _id: string
  session?: Kept
  version: number
  createdAt: Date
  owner?: string
  endsAt?: Date
  ended?: string
}

/** The operations on stored sessions. None of them brings back a session that has ended. */
export type Documents = CommonOperations & {
  find: (id: string) => Promise<SessionDocument | undefined>
  /** Write a session as a whole; false if it replaced one. */
  insert: (id: string, session: Data, metadata: Partial<SessionDocument>) => Promise<boolean>
  /** Set and remove keys; false if there is no such session. */
  change: (id: string, changes: Changes, clock: Clock) => Promise<boolean>
  /** Take a key's value out; undefined if it is not there, or not any more. */
  take: (id: string, key: string) => Promise<unknown>
  ofOwner: (owner: string) => Promise<SessionDocument[]>
}

/** Those that are the same in whatever way the data is kept, because they don't touch it. */
type CommonOperations = {
  /** Set the clock of a session that has not ended; false if there is none. */
  move: (id: string, clock: Clock) => Promise<boolean>
  /** Delete a session; false if there is none. */
  remove: (id: string) => Promise<boolean>
  removeAll: (filter: Filter<SessionDocument>) => Promise<void>
  /** End sessions, emptied but for the reason; resolves with how many. */
  end: (filter: Filter<SessionDocument>, reason: string) => Promise<number>
  /** Delete what ended long enough ago. */
  purge: () => Promise<void>
}

/** The filter for a session that has not ended: its expiry is asked for at every read and write, whether anything purges or not. */
export function alive<Kept>(filter: Filter<SessionDocument<Kept>>): Filter<SessionDocument<Kept>> {
  return { ...filter, expires: { $gt: new Date() }, ended: { $exists: false } }
}

/**
 * Read one session that has not ended. By its id alone and judged here: MongoDB has a shorter way for a read by `_id`, which a
 * filter with conditions does not take, and this is the read that every page waits for.
 */
export async function findOneAlive<Kept>(
  collection: Collection<SessionDocument<Kept>>,
  _id: string,
): Promise<SessionDocument<Kept> | undefined> {
  const found = await collection.findOne<SessionDocument<Kept>>({ _id } as Filter<
    SessionDocument<Kept>
  >)
  const isAlive = found !== null && found.expires > new Date() && found.ended === undefined
  return isAlive ? found : undefined
}

/** Store sessions as BSON, readable in a shell and searchable. */
export function plainDocuments(collection: Collection<SessionDocument>): Documents {
  return {
    ...commonOperations(collection),

    find: async (_id) => {
      const found = await findOneAlive(collection, _id)
      return found && isReadable(found) ? found : undefined
    },

    insert: async (_id, session, metadata) => {
      const insert = {
        $set: { ...metadata, session },
        $setOnInsert: { createdAt: new Date(), version: 0 },
      }
      const { upsertedCount } = await collection.updateOne({ _id }, insert, {
        upsert: true,
      })
      return upsertedCount > 0
    },

    change: async (_id, { set, unset }, clock) => {
      const gone = Object.fromEntries(unset.map((key) => [pathOf(key), '' as const]))
      const update = {
        $set: { ...withPaths(set), ...clock },
        ...(unset.length > 0 ? { $unset: gone } : {}),
      }
      const { matchedCount } = await collection.updateOne(alive({ _id }), update)
      return matchedCount > 0
    },

    take: async (_id, key) => {
      const path = pathOf(key)
      const before = await collection.findOneAndUpdate(
        alive({ _id, [path]: { $exists: true } }),
        { $unset: { [path]: '' } },
        { returnDocument: 'before' },
      )
      return before?.session?.[key]
    },

    ofOwner: async (owner) => {
      const found = await collection.find(alive({ owner })).toArray()
      return found.filter(isReadable)
    },
  }
}

/** The data of all sessions that have not ended and can be read. */
export async function findAlive(
  collection: Pick<Collection<SessionDocument>, 'find'>,
  documents: Documents,
): Promise<Data[]> {
  const ids = await collection.find(alive({})).project<{ _id: string }>({ _id: 1 }).toArray()
  const found = await Promise.all(ids.map(({ _id }) => documents.find(_id)))
  return found.flatMap((one) => (one?.session ? [one.session] : []))
}

/** The operations that plain and encrypted documents have in common. */
export function commonOperations<Kept>(kept: Collection<SessionDocument<Kept>>): CommonOperations {
  const collection = kept as unknown as Collection<SessionDocument> // what is in `session` plays no part here
  return {
    move: async (_id, clock) => {
      const { matchedCount } = await collection.updateOne(alive({ _id }), { $set: clock })
      return matchedCount > 0
    },

    remove: async (_id) => (await collection.deleteOne({ _id })).deletedCount > 0,

    removeAll: async (filter) => {
      await collection.deleteMany(filter)
    },

    end: async (filter, reason) => {
      const update = {
        $set: { expires: new Date(), ended: reason },
        $unset: { session: '' as const },
      }
      return (await collection.updateMany(alive(filter), update)).modifiedCount
    },

    purge: async () => {
      await collection.deleteMany({ purgeAt: { $lt: new Date() } })
    },
  }
}

// A session that was encrypted, by a key that is not set any more, is over.
function isReadable({ session }: SessionDocument): boolean {
  return typeof session === 'object'
}

function withPaths(set: Data): Data {
  return Object.fromEntries(Object.entries(set).map(([key, value]) => [pathOf(key), value]))
}

function pathOf(key: string): string {
  return `session.${key}`
}
