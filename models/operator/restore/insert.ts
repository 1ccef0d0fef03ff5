// A batch of a backup on its way back, where two documents may claim what only one can have: they were read at different moments.
import type { BSON } from 'mongodb'
import mongoose from 'mongoose'
import type { Kept } from '../backup.ts'
import { staged } from './stage.ts'

const { MongoBulkWriteError } = mongoose.mongo

/** The usernames of those who had to give something up. */
export type Conflicts = { withoutAddress: string[]; dropped: string[] }

/** What no two documents of a collection may have. */
type Claims = { usernameKey?: string; emailKey?: string; key?: string }

const ADDRESS = { email: 1, emailKey: 1, emailVerifiedAt: 1 } as const

/** Write the documents. Where one claims what an earlier one has, it gets it: when it was read, the other had it no more. */
export async function insertStaged(
  collection: Kept,
  documents: BSON.Document[],
  conflicts: Conflicts,
): Promise<void> {
  try {
    await staged(collection).insertMany(documents, { ordered: false })
  } catch (error) {
    const failures = error instanceof MongoBulkWriteError ? [error.writeErrors].flat() : []
    if (failures.length === 0 || failures.some(({ code }) => code !== 11000)) throw error
    for (const { index } of failures) {
      const later = documents[index] ?? {}
      await makeRoom(collection, later, conflicts)
      await staged(collection).insertOne(later)
    }
  }
}

async function makeRoom(
  collection: Kept,
  { usernameKey, emailKey, key }: Claims,
  conflicts: Conflicts,
): Promise<void> {
  if (collection === 'users' && usernameKey !== undefined) {
    // Whoever had the name is gone: one that is given up for another stays reserved.
    conflicts.dropped.push(...(await namesOf({ usernameKey })))
    await staged(collection).deleteMany({ usernameKey })
  }
  if (collection === 'users' && emailKey !== undefined) {
    conflicts.withoutAddress.push(...(await namesOf({ emailKey })))
    await staged(collection).updateMany({ emailKey }, { $unset: ADDRESS })
  }
  if (collection === 'attempts' && key !== undefined) {
    await staged(collection).deleteMany({ key }) // a counter that was ended and has begun anew
  }
}

async function namesOf(filter: Claims): Promise<string[]> {
  const found = await staged('users').find<{ username: unknown }>(filter).toArray()
  return found.map(({ username }) => String(username))
}
