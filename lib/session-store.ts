// Sessions in MongoDB through connect-mongo: under a hash of their id, as documents that can be searched and read.
import { createHash } from 'node:crypto'
import { MongoStore } from 'connect-mongo'
import type { MongoClient } from 'mongodb'

export const SESSIONS = 'sessions'

const PURGE_EVERY = 1 // minutes

/** The key under which a session is stored: a database that is stolen holds no id that a cookie could carry. */
export function storageId(sessionId: string): string {
  return createHash('sha256').update(sessionId).digest('hex')
}

/** Make the store. `idleSeconds` is how long a session without a lifetime of its own lives after its last request. */
export function createSessionStore(options: {
  client: MongoClient
  databaseName: string
  idleSeconds: number
}): MongoStore {
  return MongoStore.create({
    client: options.client,
    dbName: options.databaseName,
    collectionName: SESSIONS,
    ttl: options.idleSeconds,
    stringify: false,
    transformId: storageId,
    // The embedded engine keeps a TTL index but never acts on it, so the expired are removed from here on every engine.
    autoRemove: 'interval',
    autoRemoveInterval: PURGE_EVERY,
  })
}
