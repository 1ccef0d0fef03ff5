// Deletes what lessons leave behind, so that no lesson fills the database or the memory.
import type { Collection } from 'mongodb'

/** Delete the sessions of a collection that have expired, and the oldest of what is more than `most`. */
export async function purgeCollection(
  collection: Collection<{ _id: string; expires?: Date }>,
  most: number,
): Promise<void> {
  await collection.deleteMany({ expires: { $lt: new Date() } })
  const surplus = await collection.find().sort({ expires: -1 }).skip(most).toArray()
  await collection.deleteMany({ _id: { $in: surplus.map(({ _id }) => _id) } })
}

/** Delete the oldest of what is more than `most` in a memory store. */
export function purgeMemory(sessions: Record<string, string>, most: number): void {
  for (const id of Object.keys(sessions).slice(0, -most)) Reflect.deleteProperty(sessions, id)
}
