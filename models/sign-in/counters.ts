// Attempts and failures, counted in the database, so that a second process or a restart forgives none of them.
import mongoose from 'mongoose'
import { attemptLimits } from '../../config/limits.ts'

export type Limit = keyof typeof attemptLimits
export type Counter = [limit: Limit, key: string]

/** The document of a counter; of an account it also holds what failed since its owner last signed in. */
export type CounterRow = {
  key: string
  points: number
  expire: Date
  failures?: number
  last?: Date
}

/** What failed at an account since its owner last signed in. */
export type Failures = { count: number; last: Date }

/** Attempts can't be counted. Whoever catches it refuses: a throttle that lets through when its store fails is none (ASVS 16.5.3). */
export class NotCounted extends Error {}

const DUPLICATE_KEY = 11000
const PURGE_INTERVAL = 60 * 1000 // milliseconds
const MAX_UNKNOWN = 20_000 // counters of names that nobody has

let lastPurge = 0

/**
 * Count one attempt by each counter, in this order, until one refuses: then nothing was counted at all, and the limit is
 * returned with the time to wait in milliseconds. Throws NotCounted where the database fails.
 */
export async function countBy(
  counters: Counter[],
): Promise<{ limit: Limit; wait: number } | undefined> {
  purgeAtTimes()
  for (const [index, counter] of counters.entries()) {
    const wait = await orNotCounted(countOne(counter))
    if (wait !== undefined) {
      await giveBack(counters.slice(0, index))
      const [limit] = counter
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
  const note = {
    $inc: { failures: 1 },
    $set: { last: now },
    $setOnInsert: { points: 1, expire: endOf(limit, now) },
  }
  await orNotCounted(rows().updateOne({ key: rowKey(counter) }, note, { upsert: true }))
}

/** Delete the row of a counter; returns the failures that it held. */
export async function endCounter(counter: Counter): Promise<Failures | undefined> {
  return failuresOf(await orNotCounted(rows().findOneAndDelete({ key: rowKey(counter) })))
}

/** Let a counter begin anew; what it knows of failures stays. */
export async function resetPoints(counter: Counter): Promise<void> {
  await orNotCounted(rows().updateOne({ key: rowKey(counter) }, { $set: { points: 0 } }))
}

/** The keys whose counter of this limit is full, so that the next attempt is refused. */
export async function fullKeys(limit: Limit): Promise<string[]> {
  const full = { points: { $gte: attemptLimits[limit].points }, expire: { $gt: new Date() } }
  const found = await rows()
    .find({ key: new RegExp(`^${limit}:`), ...full })
    .toArray()
  return found.map(({ key }) => key.slice(limit.length + 1))
}

/** Forget what was counted of an account that was deleted, from all networks. */
export async function forgetAttempts(userId: string): Promise<void> {
  await rows().deleteMany(ofAccount(userId))
}

/**
 * What is counted of an account now, from each network and from everywhere: the limit by its name, and of one network which.
 * What is counted of names that nobody has, and of addresses, is kept under a hash, and says nothing of whose it is.
 */
export async function findCounters(userId: string) {
  const found = await orNotCounted(rows().find(ofAccount(userId)).toArray())
  return found.map(({ key, points, expire, failures, last }) => {
    const [limit = ''] = key.split(':')
    const network = key.split(' ')[2] // `name:account USER NETWORK`
    return { limit, network, points, expire, failures, last }
  })
}

/**
 * Delete the counters that are over. Anybody can make up names without end: of the counters of names that nobody has those
 * go that have counted least, so that nobody fills the database and no name that is being guessed begins anew.
 */
export async function purgeCounters(): Promise<void> {
  await rows().deleteMany({ expire: { $lte: new Date() } })
  const ofUnknown = { key: { $gte: rowKey(['unknown', '']), $lt: rowKey(['unknown', '\uffff']) } }
  const surplus = await rows()
    .find(ofUnknown, { projection: { _id: 1 } })
    .sort({ points: -1, expire: -1 })
    .skip(MAX_UNKNOWN)
    .toArray()
  if (surplus.length > 0) await rows().deleteMany({ _id: { $in: surplus.map(({ _id }) => _id) } })
}

// The time to wait in milliseconds, undefined if the attempt may go on. Comparing and counting are one step of the database,
// so that of many attempts at the same moment none slips through.
async function countOne(counter: Counter): Promise<number | undefined> {
  const [limit] = counter
  const max = attemptLimits[limit].points
  const now = new Date()
  // A row that is not there yet has no `expire`, which MongoDB sorts before every date: it is over, too.
  const isOver = { $lte: ['$expire', now] }
  const isFull = { $gte: ['$points', max] }
  const points = { $cond: [isFull, '$points', { $add: ['$points', 1] }] }
  const change = {
    points: { $cond: [isOver, 1, points] },
    expire: { $cond: [isOver, endOf(limit, now), '$expire'] },
  }
  const before = await upsert(rowKey(counter), change)
  const isRefused = before !== null && before.expire > now && before.points >= max
  return isRefused ? before.expire.getTime() - now.getTime() : undefined
}

// Returns the row as it was before.
async function upsert(key: string, change: object): Promise<CounterRow | null> {
  try {
    return await rows().findOneAndUpdate({ key }, [{ $set: change }], { upsert: true })
  } catch (error) {
    // Another attempt wrote the first row of this key in the same moment: now it is there to be counted on.
    if ((error as { code?: unknown }).code !== DUPLICATE_KEY) throw error
    return upsert(key, change)
  }
}

function ofAccount(userId: string) {
  const fromNetworks = rowKey(['name', `account ${userId} `])
  const begins = { $gte: fromNetworks, $lt: `${fromNetworks}\uffff` }
  return { $or: [{ key: rowKey(['account', userId]) }, { key: begins }] }
}

function endOf(limit: Limit, now: Date): Date {
  return new Date(now.getTime() + attemptLimits[limit].duration * 1000)
}

function failuresOf(row: CounterRow | null): Failures | undefined {
  return row?.failures && row.last ? { count: row.failures, last: row.last } : undefined
}

// The embedded engine never acts on a TTL index. A purge that fails is done a minute later.
function purgeAtTimes(): void {
  // In either direction: a clock that was wrong and is set back must not stop the purging for years.
  if (Math.abs(Date.now() - lastPurge) >= PURGE_INTERVAL) {
    lastPurge = Date.now()
    purgeCounters().catch(() => undefined)
  }
}

function rowKey([limit, key]: Counter): string {
  return `${limit}:${key}`
}

function rows() {
  return mongoose.connection.collection<CounterRow>('attempts')
}

async function orNotCounted<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (cause) {
    throw new NotCounted('The attempts can not be counted', { cause })
  }
}
