// The collection that sessions are kept in, and the way they are kept in it: readable, or encrypted where there is a key.
import type { Collection, MongoClient } from 'mongodb'
import { encryptedDocuments, type Encryption } from './encrypted-documents.ts'
import { plainDocuments, type Documents, type SessionDocument } from './documents.ts'
import { throughCache, type SessionCache } from './cache.ts'
import type { Lifetime } from './lifetime.ts'

export type Options = Lifetime & {
  client: MongoClient
  databaseName: string
  collectionName?: string
  encryption?: Encryption | undefined
  /** Kept in this process, for as long as no other one changes sessions. */
  cache: SessionCache
}

export const SESSIONS = 'sessions'

/** The collection as such, and the verbs on its documents. */
export function openSessions(options: Options): {
  raw: Collection<SessionDocument>
  documents: Documents
} {
  const { client, databaseName, collectionName = SESSIONS, encryption } = options
  const database = client.db(databaseName)
  const raw = database.collection<SessionDocument>(collectionName)
  const documents = encryption
    ? encryptedDocuments(database.collection(collectionName), encryption)
    : plainDocuments(raw)
  return { raw, documents: throughCache(documents, options.cache) }
}
