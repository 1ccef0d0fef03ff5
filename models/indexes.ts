// The indexes that the site's promises rest on, built before it says it is ready.
import type { CreateIndexOptions, IndexSpecification } from 'mongodb'
import mongoose from 'mongoose'
import { INDEX_PATIENCE } from '../config/database.ts'
import { User } from './user.ts'

/** Build every index that is missing. Reads a collection once for each new one, so it may take minutes on a large database. */
export async function buildIndexes(): Promise<void> {
  for (const [keys, options] of User.schema.indexes()) {
    await build(User.collection.collectionName, keys as IndexSpecification, options)
  }
  // By the first sessions that are over are purged; a real server also deletes by it on its own. By the second they are
  // found by the person whose they are.
  await build('sessions', { purgeAt: 1 }, { expireAfterSeconds: 0 })
  await build('sessions', { owner: 1, createdAt: -1 }, {})
  // Without the first, two attempts at the same moment would be counted in two rows. By the second old rows are purged.
  await build('attempts', { key: 1 }, { unique: true })
  await build('attempts', { expire: -1 }, { expireAfterSeconds: 0 })
  await build('tokens', { expires: 1 }, { expireAfterSeconds: 0 })
  await build('tokens', { userId: 1 }, {})
  await build('reservations', { until: 1 }, { expireAfterSeconds: 0 })
  await build('reservations', { userId: 1 }, {})
  await build('outbox', { dueAt: 1 }, {})
}

async function build(collection: string, keys: IndexSpecification, options: object): Promise<void> {
  // The driver honours a longer patience for a single command, though its types do not list it.
  const patient = { socketTimeoutMS: INDEX_PATIENCE } as CreateIndexOptions
  await mongoose.connection.collection(collection).createIndex(keys, options, patient)
}
