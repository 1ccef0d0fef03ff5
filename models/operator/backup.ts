// What a backup holds, read while the site goes on: there is no moment of rest, so the order of reading is what keeps it whole.
import { createHmac } from 'node:crypto'
import type { BSON } from 'mongodb'
import mongoose from 'mongoose'
import type { Entry } from '../../lib/files/backup.ts'
import { keptCollections } from '../database/collections.ts'

const PAGE = 500 // documents in one answer of the database: a site beside it waits a second at most

/** Everything that is kept, a page at a time. By `_id`, which never changes: a document that is there all the time is read once. */
export async function* readKept(): AsyncGenerator<Entry> {
  for (const name of keptCollections()) {
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
    keptCollections().map((name) => mongoose.connection.collection(name).estimatedDocumentCount()),
  )
  return counts.reduce((sum, count) => sum + count, 0)
}

/** Tells two peppers apart and gives neither away: 32 bits of a hash. Null if none is set. */
export function markOf(pepper: string | undefined): string | null {
  return pepper === undefined
    ? null
    : createHmac('sha256', pepper).update('sesame-backup').digest('hex').slice(0, 8)
}

// The link that a new address waits for is not in the backup: the request for it would wait for ever. Nor are an app that is
// being set up, and the devices that are asked for no code: a restore would bring those back that were ended since.
const omitted: Record<string, BSON.Document> = {
  users: { pendingEmail: 0, pendingTwoFactor: 0, 'twoFactor.trusted': 0 },
}
