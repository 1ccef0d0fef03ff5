// Attempts, counted in the database, so that a second process or a restart forgives none of them.
import mongoose from 'mongoose'
import { RateLimiterMongo, RateLimiterRes } from 'rate-limiter-flexible'
import { attemptLimits } from '../config/limits.ts'
import { nothing } from './callback.ts'

export type Limit = keyof typeof attemptLimits
export type Counter = [limit: Limit, key: string]

/** A counter's row; of an account it also tells what failed since its owner last signed in. */
export type Row = { key: string; points: number; expire: Date; failures?: number; last?: Date }

/** The counter could not be asked. Who catches it denies: a throttle that gives way when its store fails is none (ASVS 16.5.3). */
export class NotCounted extends Error {}

const COLLECTION = 'attempts'
const PURGE_EVERY = 60 * 1000 // milliseconds

// Mongoose's connection itself is the store's client: its collections follow it to the right database and through a reconnection.
const limiters = Object.fromEntries(
  Object.entries(attemptLimits).map(([keyPrefix, limit]) => [
    keyPrefix,
    new RateLimiterMongo({
      storeClient: mongoose.connection,
      tableName: COLLECTION,
      keyPrefix,
      disableIndexesCreation: true, // the limiter would not wait for them; models/indexes.ts does
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

/** Note on a counter's row that an attempt failed just now. */
export async function noteFailure(counter: Counter): Promise<void> {
  const [limit] = counter
  const now = new Date()
  // Where somebody signed in meanwhile there is no row any more: this failure is the first of a new one.
  const expire = new Date(now.getTime() + attemptLimits[limit].duration * 1000)
  const note = { $inc: { failures: 1 }, $set: { last: now }, $setOnInsert: { points: 1, expire } }
  await orNotCounted(rows().updateOne({ key: rowKey(counter) }, note, { upsert: true }))
}

/** End the row of a counter; returns what it held. */
export async function endRow(counter: Counter): Promise<Row | undefined> {
  return (await orNotCounted(rows().findOneAndDelete({ key: rowKey(counter) }))) ?? undefined
}

/** Let a counter begin anew; what it knows of failures stays. */
export async function resetPoints(counter: Counter): Promise<void> {
  await orNotCounted(rows().updateOne({ key: rowKey(counter) }, { $set: { points: 0 } }))
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
      .catch(nothing)
  }
}

function rows() {
  return mongoose.connection.collection<Row>(COLLECTION)
}

// As the limiter writes it.
function rowKey([limit, key]: Counter): string {
  return `${limit}:${key}`
}

async function orNotCounted<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (cause) {
    throw new NotCounted('The attempts can not be counted', { cause })
  }
}
