// What a backup holds, read while the site goes on: there is no moment of rest, so the order of reading is what keeps it whole.
import { createHmac } from 'node:crypto'
import type { BSON } from 'mongodb'
import mongoose from 'mongoose'
import type { Entry } from '../../lib/files/backup.ts'

/**
 * The collections of a backup, in the order in which they are read. What belongs to users comes before the users: its owner
 * is read too, unless deleted meanwhile. Reserved names come after them: of somebody who is renamed meanwhile the
 * old name is then kept rather twice than not at all.
 *
 * Not kept, so that a restored site brings nothing back that has ended: sessions, the tokens of links, and the outbox, whose
 * letters were sent since. Nor are caught mails and the records of lessons, which nobody misses.
 */
export const keptCollections = ['activities', 'attempts', 'users', 'reservations'] as const

export type Kept = (typeof keptCollections)[number]

const PAGE = 500 // documents in one answer of the database: a site beside it waits a second at most

/** Everything that is kept, a page at a time. By `_id`, which never changes: a document that is there all the time is read once. */
export async function* readKept(): AsyncGenerator<Entry> {
  for (const name of keptCollections) {
    const documents = mongoose.connection
      .collection(name)
      // As bytes: nothing is lost on the way, and a site beside it keeps the processor.
      .find<Uint8Array>({}, { projection: omitted[name] ?? {}, batchSize: PAGE, raw: true })
      .sort({ _id: 1 })
    for await (const bson of documents) yield { name, bson }
  }
}

/** About how many documents that is. */
export async function countKept(): Promise<number> {
  const counts = await Promise.all(
    keptCollections.map((name) => mongoose.connection.collection(name).estimatedDocumentCount()),
  )
  return counts.reduce((sum, count) => sum + count, 0)
}

/** True for the name of a collection that is kept. */
export function isKept(name: string): name is Kept {
  return (keptCollections as readonly string[]).includes(name)
}

/** Tells two peppers apart and gives neither away: 32 bits of a hash. Null if none is set. */
export function markOf(pepper: string | undefined): string | null {
  return pepper === undefined
    ? null
    : createHmac('sha256', pepper).update('sesame-backup').digest('hex').slice(0, 8)
}

// The link that a new address waits for is not in the backup: the request for it would wait for ever. Nor are an app that is
// being set up, and the devices that are asked for no code: a restore would bring those back that were ended since.
const omitted: Partial<Record<Kept, BSON.Document>> = {
  users: { pendingEmail: 0, pendingTwoFactor: 0, 'twoFactor.trusted': 0 },
}
