// The indexes that the site's promises rest on, built before it says it is ready.
import type { CreateIndexesOptions, IndexDescription, IndexSpecification } from 'mongodb'
import mongoose from 'mongoose'
import { INDEX_TIMEOUT } from '../../config/database.ts'
import { User } from '../user.ts'
import { collections, type IndexOptions } from './collections.ts'
import { requireFreeBytes, rethrowTooFull } from './disk.ts'

type Wanted = { target: string; indexes: IndexDescription[] }
type TargetOf = (collection: string) => string | undefined

const itself: TargetOf = (collection) => collection

/**
 * Build every index that is missing. Throws a StartProblem where the disk has no room for one. Reads a collection once for all
 * its new ones, so it may take minutes on a large database.
 * `targetOf` names the collection that is to get those of another one; undefined leaves that one out.
 */
export async function buildIndexes(targetOf: TargetOf = itself): Promise<void> {
  const missing = await findMissing(targetOf)
  if (missing.length > 0) await requireFreeBytes()
  // The driver honours a longer timeout for a single command, though its types do not list it.
  const longer = { socketTimeoutMS: INDEX_TIMEOUT } as CreateIndexesOptions
  for (const { target, indexes } of missing) {
    await mongoose.connection
      .collection(target)
      .createIndexes(indexes, longer)
      .catch(rethrowTooFull)
  }
}

/** The indexes that are not there, or not as they have to be, each as its collection and keys. */
export async function findMissingIndexes(): Promise<string[]> {
  const missing = await findMissing(itself)
  return missing.flatMap(({ target, indexes }) =>
    indexes.map(({ key }) => `${target} ${JSON.stringify(key)}`),
  )
}

// One collection after the other: each of many at once would wait for a connection of its own, on a busy machine for too long.
async function findMissing(targetOf: TargetOf): Promise<Wanted[]> {
  const missing: Wanted[] = []
  for (const { target: collection, indexes } of wantedIndexes()) {
    const target = targetOf(collection)
    const there = target === undefined ? [] : await indexesOf(target)
    const absent = indexes.filter((one) => !there.some((other) => isSame(one, other)))
    if (target !== undefined && absent.length > 0) missing.push({ target, indexes: absent })
  }
  return missing
}

function isSame(one: IndexDescription, other: IndexDescription): boolean {
  return (
    JSON.stringify(one.key) === JSON.stringify(other.key) &&
    (one.unique ?? false) === (other.unique ?? false) &&
    one.expireAfterSeconds === other.expireAfterSeconds
  )
}

function wantedIndexes(): Wanted[] {
  const ofUsers = User.schema.indexes() as [IndexSpecification, IndexOptions][]
  return [
    { target: User.collection.collectionName, indexes: described(ofUsers) },
    ...Object.entries(collections).map(([target, { indexes = [] }]) => ({
      target,
      indexes: described(indexes),
    })),
  ]
}

function described(indexes: [keys: IndexSpecification, options?: IndexOptions][]) {
  return indexes.map(([key, options]) => ({ key, ...options }) as IndexDescription)
}

async function indexesOf(collection: string) {
  try {
    return await mongoose.connection.collection(collection).indexes()
  } catch (error) {
    if ((error as { codeName?: unknown }).codeName !== 'NamespaceNotFound') throw error
    return [] // the collection is not there yet
  }
}
