// The indexes that the site's promises rest on, built before it says it is ready.
import type { CreateIndexOptions, IndexSpecification } from 'mongodb'
import mongoose from 'mongoose'
import { INDEX_TIMEOUT } from '../../config/database.ts'
import { User } from '../user.ts'
import { collections, type IndexOptions } from './collections.ts'
import { requireFreeBytes, rethrowTooFull } from './disk.ts'

type Index = { collection: string; keys: IndexSpecification; options: IndexOptions }

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
      options: options as IndexOptions,
    })),
    ...Object.entries(collections).flatMap(([collection, { indexes = [] }]) =>
      indexes.map(([keys, options = {}]) => ({ collection, keys, options })),
    ),
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
