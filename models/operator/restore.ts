// How a backup comes back: beside what is there, checked and cleaned, and put in its place only when all of it is whole.
import { documentIn, UnreadableBackup, type Counts, type Entry } from '../../lib/files/backup.ts'
import { keptCollections } from '../database/collections.ts'
import { requireFreeBytes } from '../database/disk.ts'
import { buildIndexes } from '../database/indexes.ts'
import { addKeysToLegacyUsers } from '../user/legacy.ts'
import { cleanReferences, insertStaged, type Conflicts } from './restore/references.ts'
import { clearStage, closeStage, openStage, staged, swap } from './restore/stage.ts'

const BATCH = 500 // documents written at once
const BATCH_BYTES = 4 * 1024 * 1024

export type Restored = {
  counts: Counts
  /** Users whose name or address another user had who was read later: by then their own was another one, or they were deleted. */
  conflicts: Conflicts
  /** How many documents belonged to nobody any more, and were left out. */
  leftOut: number
}
type Options = { bytes?: number; signal: AbortSignal; onBatch: (done: number) => void }

/**
 * Put a backup in the place of everything that the site keeps of its users; all sessions and links end. Until the last of it is
 * read and found whole nothing is changed; returns undefined if it was stopped before. Cut off, it is done again from the
 * first document. Throws UnreadableBackup, and a StartProblem where the disk has no room for the `bytes` of the documents.
 */
export async function restore(
  entries: AsyncIterable<Entry>,
  options: Options,
): Promise<Restored | undefined> {
  let isReplacing = false
  try {
    const mark = await openStage()
    await requireFreeBytes((options.bytes ?? 0) * 2) // each document in its collection and in the indexes
    const conflicts = await stageAll(entries, options)
    const leftOut = await cleanReferences()
    const counts: Counts = {}
    for (const name of keptCollections()) counts[name] = await staged(name).countDocuments()
    if (options.signal.aborted) {
      await clearStage()
      return undefined
    }
    isReplacing = true
    await swap(mark)
    await buildIndexes() // of the collections that are not in a backup
    await addKeysToLegacyUsers()
    await closeStage()
    return { counts, conflicts, leftOut }
  } catch (error) {
    // Whatever it was, the half that was staged goes again. Where the database is away, the next restore removes it.
    if (!isReplacing) await clearStage().catch(() => undefined)
    throw error
  }
}

async function stageAll(entries: AsyncIterable<Entry>, { signal, onBatch }: Options) {
  const conflicts: Conflicts = { withoutAddress: [], dropped: [] }
  let done = 0
  for await (const batch of batches(entries)) {
    const name = batch[0]?.name ?? ''
    if (!keptCollections().includes(name)) {
      throw new UnreadableBackup(`It holds "${name}", which this version does not know.`)
    }
    await insertStaged(name, batch.map(documentIn), conflicts)
    done += batch.length
    onBatch(done)
    if (signal.aborted) break
  }
  return conflicts
}

// Each holds documents of one collection.
async function* batches(entries: AsyncIterable<Entry>): AsyncGenerator<Entry[]> {
  let batch: Entry[] = []
  let length = 0
  for await (const entry of entries) {
    const isOther = batch[0] !== undefined && batch[0].name !== entry.name
    if (isOther || batch.length === BATCH || length > BATCH_BYTES) {
      yield batch
      batch = []
      length = 0
    }
    batch.push(entry)
    length += entry.bson.length
  }
  if (batch.length > 0) yield batch
}
