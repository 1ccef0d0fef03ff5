// Documents of a backup were read at different moments: two may claim one name, or one may name a user who is not there.
import { ObjectId, type BSON } from 'mongodb'
import mongoose from 'mongoose'
import { batches } from '../../../lib/batches.ts'
import { ownedCollections } from '../../database/collections.ts'
import { staged } from './stage.ts'

const { MongoBulkWriteError } = mongoose.mongo
const PAGE = 500 // documents looked at together
const ADDRESS = { email: 1, emailKey: 1, emailVerifiedAt: 1 } as const

/** The usernames of those who had to give something up. */
export type Conflicts = { withoutAddress: string[]; dropped: string[] }

/** What no two documents of a collection may have. */
type Claims = { usernameKey?: string; keys?: string[]; key?: string }

type Reservation = { _id: string; userId: string }
type Owned = { _id: string | ObjectId } & Record<string, unknown>

/** Write the documents. Where one claims what an earlier one has, it gets it: when it was read, the other had it no more. */
export async function insertStaged(
  collection: string,
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

/**
 * Remove what was staged and is over, or belongs to a user who is not there: they were deleted while the backup was taken.
 * Returns how many documents that were. A name stays reserved without its owner, as after a deletion, but not from whoever has it.
 */
export async function cleanReferences(): Promise<number> {
  const now = new Date()
  await staged('attempts').deleteMany({ expire: { $lte: now } })
  await staged('reservations').deleteMany({ until: { $lte: now } })
  let removed = 0
  for await (const page of pages<{ _id: string }>('activities')) {
    const isThere = await findUsers(page.map(({ _id }) => _id))
    const gone = page.filter(({ _id }) => !isThere(_id))
    removed += await remove('activities', gone)
  }
  for (const { name, owner } of ownedCollections()) {
    for await (const page of pages<Owned>(name, owner)) {
      const isThere = await findUsers(page.map((one) => String(one[owner])))
      const gone = page.filter((one) => !isThere(String(one[owner])))
      removed += await remove(name, gone)
    }
  }
  for await (const page of pages<Reservation>('reservations')) removed += await settleNames(page)
  return removed
}

async function makeRoom(
  collection: string,
  { usernameKey, keys, key }: Claims,
  conflicts: Conflicts,
): Promise<void> {
  if (collection === 'users' && usernameKey !== undefined) {
    // Whoever had the name is gone: one that is given up for another stays reserved.
    conflicts.dropped.push(...(await namesOf({ usernameKey })))
    await staged(collection).deleteMany({ usernameKey })
  }
  if (collection === 'users' && keys !== undefined) {
    const users = staged<{ keys: string[] }>(collection)
    const withoutKeys = { $pull: { keys: { $in: keys } } }
    const hasAddress = { emailKey: { $in: keys } }
    conflicts.withoutAddress.push(...(await namesOf(hasAddress)))
    await users.updateMany(hasAddress, { ...withoutKeys, $unset: ADDRESS })
    // A name from elsewhere that is the later one's address: its owner goes on without the key of it.
    const hasName = { usernameKey: { $in: keys } }
    await users.updateMany(hasName, { ...withoutKeys, $unset: { usernameKey: 1 } })
  }
  if (collection === 'attempts' && key !== undefined) {
    await staged(collection).deleteMany({ key }) // a counter that was ended and has begun anew
  }
}

async function namesOf(filter: object): Promise<string[]> {
  const found = await staged('users').find<{ username: unknown }>(filter).toArray()
  return found.map(({ username }) => String(username))
}

function pages<T extends BSON.Document>(name: string, owner = 'userId') {
  const options = { projection: { [owner]: 1 }, batchSize: PAGE }
  return batches(staged(name).find<T>({}, options).sort({ _id: 1 }), PAGE)
}

async function findUsers(ids: string[]): Promise<(id: string) => boolean> {
  const keys = ids.flatMap((id) => (ObjectId.isValid(id) ? [id, new ObjectId(id)] : [id]))
  const found = await staged<{ _id: string | ObjectId }>('users')
    .find({ _id: { $in: keys } }, { projection: { _id: 1 } })
    .toArray()
  const there = new Set(found.map(({ _id }) => String(_id)))
  return (id) => there.has(id)
}

async function remove(name: string, documents: { _id: string | ObjectId }[]): Promise<number> {
  if (documents.length === 0) return 0
  const _id = { $in: documents.map((document) => document._id) }
  return (await staged<{ _id: string | ObjectId }>(name).deleteMany({ _id })).deletedCount
}

async function settleNames(page: Reservation[]): Promise<number> {
  const isThere = await findUsers(page.map(({ userId }) => userId))
  const gone = page.filter(({ userId }) => userId !== '' && !isThere(userId))
  await staged<Reservation>('reservations').updateMany(
    { _id: { $in: gone.map(({ _id }) => _id) } },
    { $set: { userId: '' } },
  )
  const holders = await staged('users')
    .find({ usernameKey: { $in: page.map(({ _id }) => _id) } })
    .project<{ _id: unknown; usernameKey: string }>({ usernameKey: 1 })
    .toArray()
  const holderOf = new Map(holders.map(({ _id, usernameKey }) => [usernameKey, String(_id)]))
  const inUse = page.filter(({ _id, userId }) => (holderOf.get(_id) ?? userId) !== userId)
  return remove('reservations', inUse)
}
