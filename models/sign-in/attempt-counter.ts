// Attempts, counted in the database, so that a second process or a restart forgives none of them.
import mongoose from 'mongoose'
import { RateLimiterMongo, RateLimiterRes } from 'rate-limiter-flexible'
import { attemptLimits } from '../../config/limits.ts'
import { COLLECTION, orNotCounted, rowKey, rows, type Counter, type Limit } from './counters.ts'

const PURGE_EVERY = 60 * 1000 // milliseconds

// Mongoose's connection itself is the store's client: its collections follow it to the right database and through a reconnection.
const limiters = Object.fromEntries(
  Object.entries(attemptLimits).map(([keyPrefix, limit]) => [
    keyPrefix,
    new RateLimiterMongo({
      storeClient: mongoose.connection,
      tableName: COLLECTION,
      keyPrefix,
      disableIndexesCreation: true, // the limiter would not wait for them; models/database/indexes.ts does
      ...limit,
    }),
  ]),
) as Record<Limit, RateLimiterMongo>

let lastPurge = 0

/**
 * Count one attempt by each counter, in this order, until one refuses: then nothing was counted at all, and the limit is
 * returned with the time to wait in milliseconds. Counting and comparing are one step, so that of many attempts at the
 * same moment none slips through.
 */
export async function countBy(
  counters: Counter[],
): Promise<{ limit: Limit; wait: number } | undefined> {
  purgeNowAndThen()
  for (const [index, [limit, key]] of counters.entries()) {
    const wait = await orNotCounted(consume(limit, key))
    if (wait !== undefined) {
      await giveBack(counters.slice(0, index + 1))
      return { limit, wait }
    }
  }
  return undefined
}

/** Take one attempt off each of these counters. One whose time is over stays at nothing: below it there would be a free try. */
export async function giveBack(counters: Counter[]): Promise<void> {
  const key = { $in: counters.map(rowKey) }
  const counting = { key, points: { $gt: 0 }, expire: { $gt: new Date() } }
  await orNotCounted(rows().updateMany(counting, { $inc: { points: -1 } }))
}

async function consume(limit: Limit, key: string): Promise<number | undefined> {
  try {
    await limiters[limit].consume(key)
    return undefined
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal
    return refusal.msBeforeNext
  }
}

// The embedded engine never acts on a TTL index. A purge that fails is done a minute later.
function purgeNowAndThen(): void {
  // In either direction: a clock that was wrong and is set back must not stop the purging for years.
  if (Math.abs(Date.now() - lastPurge) >= PURGE_EVERY) {
    lastPurge = Date.now()
    rows()
      .deleteMany({ expire: { $lte: new Date() } })
      .catch(() => undefined)
  }
}
