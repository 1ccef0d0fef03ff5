// The indexes that the site's promises rest on, built before it says it is ready.
import type { CreateIndexOptions, IndexSpecification } from 'mongodb'
import mongoose from 'mongoose'
import { INDEX_TIMEOUT } from '../../config/database.ts'
import { User } from '../user.ts'
import { requireFreeBytes, rethrowTooFull } from './disk.ts'

type Options = { unique?: boolean; expireAfterSeconds?: number }
type Index = { collection: string; keys: IndexSpecification; options: Options }

/**
 * Build every index that is missing. Throws a StartProblem where the disk has no room for one. Reads a collection once for each new one, so it may take minutes on a large database.
 * `targetOf` names the collection that is to get those of another one; undefined leaves that one out.
 */
export async function buildIndexes(
  targetOf: (collection: string) => string | undefined = (collection) => collection,
): Promise<void> {
  if ((await findMissingIndexes()).length > 0) await requireFreeBytes()
  for (const { collection, keys, options } of indexes()) {
    const target = targetOf(collection)
    // The driver honours a longer timeout for a single command, though its types do not list it.
    const longer = { socketTimeoutMS: INDEX_TIMEOUT } as CreateIndexOptions
    if (target !== undefined) {
      await mongoose.connection
        .collection(target)
        .createIndex(keys, options, longer)
        .catch(rethrowTooFull)
    }
  }
}

/** The indexes that are not there, or not as they have to be, each as its collection and keys. */
export async function findMissingIndexes(): Promise<string[]> {
  const missing: string[] = []
  for (const { collection, keys, options } of indexes()) {
    const there = await indexesOf(collection)
    const isThere = there.some(
      (one) =>
        JSON.stringify(one.key) === JSON.stringify(keys) &&
        (one.unique ?? false) === (options.unique ?? false) &&
        one.expireAfterSeconds === options.expireAfterSeconds,
    )
    if (!isThere) missing.push(`${collection} ${JSON.stringify(keys)}`)
  }
  return missing
}

function indexes(): Index[] {
  const users = User.collection.collectionName
  return [
    ...User.schema.indexes().map(([keys, options]) => ({
      collection: users,
      keys: keys as IndexSpecification,
      options: options as Options,
    })),
    // By the first sessions that are over are purged; a real server also deletes by it on its own. By the second they are
    // found by their owner.
    { collection: 'sessions', keys: { purgeAt: 1 }, options: { expireAfterSeconds: 0 } },
    { collection: 'sessions', keys: { owner: 1, createdAt: -1 }, options: {} },
    // Without the first, two attempts at the same moment would be counted in two rows. By the second old rows are purged.
    { collection: 'attempts', keys: { key: 1 }, options: { unique: true } },
    { collection: 'attempts', keys: { expire: -1 }, options: { expireAfterSeconds: 0 } },
    { collection: 'tokens', keys: { expires: 1 }, options: { expireAfterSeconds: 0 } },
    { collection: 'tokens', keys: { userId: 1 }, options: {} },
    { collection: 'reservations', keys: { until: 1 }, options: { expireAfterSeconds: 0 } },
    { collection: 'reservations', keys: { userId: 1 }, options: {} },
    { collection: 'answers', keys: { expires: 1 }, options: { expireAfterSeconds: 0 } },
    { collection: 'activities', keys: { purgeAt: 1 }, options: {} },
    { collection: 'outbox', keys: { dueAt: 1 }, options: {} },
  ]
}

async function indexesOf(collection: string) {
  try {
    return await mongoose.connection.collection(collection).indexes()
  } catch (error) {
    if ((error as { codeName?: unknown }).codeName !== 'NamespaceNotFound') throw error
    return [] // the collection is not there yet
  }
}
