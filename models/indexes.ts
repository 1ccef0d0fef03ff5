// The indexes that the site's promises rest on, built before it says it is ready.
import type { CreateIndexOptions, IndexSpecification } from 'mongodb'
import mongoose from 'mongoose'
import { INDEX_PATIENCE } from '../config/database.ts'
import { SESSIONS } from '../lib/session-store.ts'
import { User } from './user.ts'

/** Build every index that is missing. Reads a collection once for each new one, so it may take minutes on a large database. */
export async function buildIndexes(): Promise<void> {
  for (const [keys, options] of User.schema.indexes()) {
    await build(User.collection.collectionName, keys as IndexSpecification, options)
  }
  // By this one expired sessions are found when they are purged; a real server also deletes by it on its own.
  await build(SESSIONS, { expires: 1 }, { expireAfterSeconds: 0 })
}

async function build(collection: string, keys: IndexSpecification, options: object): Promise<void> {
  // The driver honours a longer patience for a single command, though its types do not list it.
  const patient = { socketTimeoutMS: INDEX_PATIENCE } as CreateIndexOptions
  await mongoose.connection.collection(collection).createIndex(keys, options, patient)
}
