// Every bare md5 in the database becomes argon2id of it, without its password being known and without anyone signing in.
import { batches } from '../../lib/batches.ts'
import { hashFormat, hashMd5Digest } from '../../lib/password.ts'
import { User } from '../user.ts'

const BATCH = 100 // hashes between two writes: a second or so, which is how long stopping takes
const PAGE = 1000 // documents in one answer of the database

export type UpgradeReport = {
  /** The users whose password was a bare md5 when this began. */
  found: number
  upgraded: number
  /** Those who signed in, changed their password or left in the meantime. */
  overtaken: number
  /** The usernames whose stored password nothing can match. */
  damaged: string[]
  stopped: boolean
}
type Stored = { _id: unknown; username?: unknown; password?: unknown }

/** Wrap them all, a batch at a time, on as many cores as there are. Stopped or cut off, it is done again and does the rest. */
export async function upgradePasswords(
  signal: AbortSignal,
  onBatch: (report: UpgradeReport) => void,
): Promise<UpgradeReport> {
  const report: UpgradeReport = {
    found: await countBareMd5(),
    upgraded: 0,
    overtaken: 0,
    damaged: [],
    stopped: false,
  }
  for await (const batch of batches(bareMd5(report.damaged), BATCH)) {
    await upgradeBatch(batch, report)
    onBatch(report)
    report.stopped = signal.aborted && batch.length === BATCH // one that is not full was the last
    if (report.stopped) break
  }
  return report
}

/** How many users have a bare md5. Every document is looked at. */
export async function countBareMd5(): Promise<number> {
  let count = 0
  for await (const _user of bareMd5()) count++
  return count
}

// Those with a bare md5; the names of those with a damaged one are put into the list. All users are read, a page at a time,
// and judged here: to let the database search for a pattern would be one long operation, and a site beside it waits a second.
async function* bareMd5(damaged: string[] = []) {
  const options = { projection: { username: 1, password: 1 }, batchSize: PAGE }
  for await (const user of User.collection.find<Stored>({}, options).sort({ _id: 1 })) {
    const format = hashFormat(user.password)
    if (format === 'damaged') damaged.push(String(user.username))
    if (format === 'bare md5') yield user
  }
}

async function upgradeBatch(batch: Stored[], report: UpgradeReport): Promise<void> {
  const upgrades = batch.map(async ({ _id, password }) => ({
    updateOne: {
      // Only where it is still the one that was read: whoever signs in or changes the password meanwhile comes first.
      filter: { _id, password },
      update: { $set: { password: await hashMd5Digest(String(password)) } }, // in turns (lib/password/queue.ts)
    },
  }))
  const updates = await Promise.all(upgrades)
  const { matchedCount } = await User.collection.bulkWrite(updates as never[], { ordered: false })
  report.upgraded += matchedCount
  report.overtaken += batch.length - matchedCount
}
