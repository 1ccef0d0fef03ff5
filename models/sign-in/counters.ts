// The rows of the database in which attempts are counted: read, marked and ended.
import mongoose from 'mongoose'
import { attemptLimits } from '../../config/limits.ts'

export type Limit = keyof typeof attemptLimits
export type Counter = [limit: Limit, key: string]

/** A counter's row; of an account it also tells what failed since its owner last signed in. */
export type Row = { key: string; points: number; expire: Date; failures?: number; last?: Date }

/** The counter could not be asked. Who catches it denies: a throttle that gives way when its store fails is none (ASVS 16.5.3). */
export class NotCounted extends Error {}

export const COLLECTION = 'attempts'

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

/** The row of a counter, if there is one. */
export async function readRow(counter: Counter): Promise<Row | undefined> {
  return (await orNotCounted(rows().findOne({ key: rowKey(counter) }))) ?? undefined
}

/** Forget one counter, and all whose key begins like the other's. */
export async function forgetRows(one: Counter, others: Counter): Promise<void> {
  const [from, to] = [rowKey(others), `${rowKey(others)}\uffff`]
  await rows().deleteMany({ $or: [{ key: rowKey(one) }, { key: { $gte: from, $lt: to } }] })
}

/** Let a counter begin anew; what it knows of failures stays. */
export async function resetPoints(counter: Counter): Promise<void> {
  await orNotCounted(rows().updateOne({ key: rowKey(counter) }, { $set: { points: 0 } }))
}

/** The collection of counters. */
export function rows() {
  return mongoose.connection.collection<Row>(COLLECTION)
}

/** The key of a counter's row, as the limiter writes it. */
export function rowKey([limit, key]: Counter): string {
  return `${limit}:${key}`
}

/** The keys whose counter of this limit is full, so that the next attempt is refused. */
export async function fullKeys(limit: Limit): Promise<string[]> {
  const full = { points: { $gte: attemptLimits[limit].points }, expire: { $gt: new Date() } }
  const found = await rows()
    .find({ key: new RegExp(`^${limit}:`), ...full })
    .toArray()
  return found.map(({ key }) => key.slice(limit.length + 1))
}

/** Do something with the rows, and throw NotCounted if that fails. */
export async function orNotCounted<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (cause) {
    throw new NotCounted('The attempts can not be counted', { cause })
  }
}
