// The documents of sessions: found only while alive, and changed key by key, so that overlapping requests all count.
import type { Collection, Filter } from 'mongodb'
import type { Changes, Data } from './changes.ts'
import type { Clock } from './clock.ts'

export type SessionDocument<Kept = Data> = Clock & {
  _id: string
  session?: Kept
  version: number
  createdAt: Date
  owner?: string
  endsAt?: Date
  ended?: string
}

/** The verbs that sessions are stored with. None of them brings back a session that has ended. */
export type Documents = {
  find: (id: string) => Promise<SessionDocument | undefined>
  insert: (id: string, session: Data, more: Partial<SessionDocument>) => Promise<boolean>
  change: (id: string, changes: Changes, clock: Clock) => Promise<boolean>
  move: (id: string, clock: Clock) => Promise<boolean>
  take: (id: string, key: string) => Promise<unknown>
  ofOwner: (owner: string) => Promise<SessionDocument[]>
}

/** The filter for a session that has not ended: its expiry is asked for at every read and write, whether anything purges or not. */
export function alive<Kept>(filter: Filter<SessionDocument<Kept>>): Filter<SessionDocument<Kept>> {
  return { ...filter, expires: { $gt: new Date() }, ended: { $exists: false } }
}

/** Store sessions as BSON, readable in a shell and searchable. */
export function plainDocuments(collection: Collection<SessionDocument>): Documents {
  return {
    find: async (_id) => {
      const found = await collection.findOne(alive({ _id }))
      return found && isReadable(found) ? found : undefined
    },

    insert: async (_id, session, more) => {
      const insert = {
        $set: { ...more, session },
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

    move: (_id, clock) => moveClock(collection, _id, clock),

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

/** Set the clock of a session that has not ended, in whatever way it is kept; false if there is none. */
export async function moveClock<Kept>(
  collection: Collection<SessionDocument<Kept>>,
  _id: string,
  clock: Clock,
): Promise<boolean> {
  const mine = alive<Kept>({ _id })
  const { matchedCount } = await collection.updateOne(mine, { $set: clock })
  return matchedCount > 0
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
