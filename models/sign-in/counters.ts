// Attempts and failures, counted in the database, so that a second process or a restart forgives none of them.
import mongoose from 'mongoose'
import { attemptLimits } from '../../config/limits.ts'
import { DAY, HOUR } from '../../config/time.ts'

export type Limit = keyof typeof attemptLimits

/** What is counted under which key; `factor` times as much is allowed as the limit says. */
export type Counter = [limit: Limit, key: string, factor?: number]

/** The document of a counter. */
export type CounterRow = { key: string; points: number; expire: Date }

/** Attempts can't be counted. Whoever catches it refuses: a throttle that lets through when its store fails is none (ASVS 16.5.3). */
export class NotCounted extends Error {}

const DUPLICATE_KEY = 11000
const PURGE_INTERVAL = 60 * 1000 // milliseconds
const LONGEST = DAY + HOUR // of the durations in config/limits.ts, and an hour for clocks that differ
const MAX_OF_NAMES = 20_000 // counters of one limit that are kept for a day
const OF_NAMES: Limit[] = ['daily', 'account', 'failure']

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

/** Keep that something happened now by each of these counters, for as long as its limit lasts. */
export async function note(counters: Counter[]): Promise<void> {
  const now = new Date()
  for (const counter of counters) {
    await orNotCounted(upsert(rowKey(counter), { points: 1, expire: endOf(counter[0], now) }))
  }
}

/** True if by one of these counters anything is counted that is not over. */
export async function isNoted(counters: Counter[]): Promise<boolean> {
  const key = { $in: counters.map(rowKey) }
  return (await orNotCounted(rows().findOne({ key, expire: { $gt: new Date() } }))) !== null
}

/** The keys whose counter of this limit is full, so that the next attempt is refused. */
export async function fullKeys(limit: Limit): Promise<string[]> {
  const full = { points: { $gte: attemptLimits[limit].points }, expire: { $gt: new Date() } }
  const found = await rows()
    .find({ ...beginsWith(rowKey([limit, ''])), ...full })
    .toArray()
  return found.map(({ key }) => key.slice(limit.length + 1))
}

/** Forget what was counted by these counters, and by those of single networks and devices whose keys begin like theirs. */
export async function forgetCounters(counters: Counter[]): Promise<void> {
  await orNotCounted(rows().deleteMany(allOf(counters)))
}

/** What is counted by these counters and by those of single networks: the limit by its name, and which network. */
export async function findCounters(counters: Counter[]) {
  const found = await orNotCounted(rows().find(allOf(counters)).toArray())
  return found.map(({ key, points, expire }) => {
    const [limit = ''] = key.split(':')
    const network = ['device', 'code', 'newDevice'].includes(limit) ? undefined : key.split(' ')[1]
    return { limit, network, points, expire }
  })
}

/**
 * Delete the counters that are over; and those that would be kept longer than any limit lasts, which an earlier version of the
 * site wrote, or a clock that was wrong. Anybody can make up names without end: of their counters those go that have counted
 * least, so that nobody fills the database and no name that is being guessed begins anew.
 */
export async function purgeCounters(): Promise<void> {
  const now = Date.now()
  const isOver = [{ expire: { $lte: new Date(now) } }, { expire: { $gt: new Date(now + LONGEST) } }]
  await rows().deleteMany({ $or: isOver })
  for (const limit of OF_NAMES) {
    const surplus = await rows()
      .find(beginsWith(rowKey([limit, ''])), { projection: { _id: 1 } })
      .sort({ points: -1, expire: -1 })
      .skip(MAX_OF_NAMES)
      .toArray()
    if (surplus.length > 0) await rows().deleteMany({ _id: { $in: surplus.map(({ _id }) => _id) } })
  }
}

// The time to wait in milliseconds, undefined if the attempt may go on. Comparing and counting are one step of the database,
// so that of many attempts at the same moment none slips through.
async function countOne(counter: Counter): Promise<number | undefined> {
  const [limit, , factor = 1] = counter
  const max = attemptLimits[limit].points * factor
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

function allOf(counters: Counter[]) {
  return { $or: counters.map((counter) => beginsWith(rowKey(counter))) }
}

function beginsWith(begin: string) {
  return { key: { $gte: begin, $lt: `${begin}\uffff` } }
}

function endOf(limit: Limit, now: Date): Date {
  return new Date(now.getTime() + attemptLimits[limit].duration * 1000)
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
