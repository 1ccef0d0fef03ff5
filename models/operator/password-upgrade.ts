// Every bare md5 in the database becomes argon2id of it, without its password being known and without anyone signing in.
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
  let batch: Stored[] = []
  for await (const user of everybody()) {
    const kind = hashFormat(user.password)
    if (kind === 'damaged') report.damaged.push(String(user.username))
    if (kind === 'bare md5') batch.push(user)
    if (batch.length === BATCH) {
      await upgradeBatch(batch, report)
      batch = []
      onBatch(report)
      report.stopped = signal.aborted
      if (report.stopped) return report
    }
  }
  await upgradeBatch(batch, report)
  onBatch(report)
  return report
}

/** How many users have a bare md5. Every document is looked at. */
export async function countBareMd5(): Promise<number> {
  let count = 0
  for await (const { password } of everybody()) {
    if (hashFormat(password) === 'bare md5') count++
  }
  return count
}

// All of them are read, a page at a time, and judged here: to let the database search for a pattern would be one long
// operation, and a site beside it waits a second at most.
function everybody() {
  return User.collection
    .find<Stored>({}, { projection: { username: 1, password: 1 }, batchSize: PAGE })
    .sort({ _id: 1 })
}

async function upgradeBatch(batch: Stored[], report: UpgradeReport): Promise<void> {
  if (batch.length === 0) return
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
