// The collections beside the site's own in which a backup is put together, and the moment in which they replace those.
import { randomUUID } from 'node:crypto'
import type { BSON } from 'mongodb'
import mongoose from 'mongoose'
import { endedCollections, keptCollections } from '../../database/collections.ts'
import { buildIndexes } from '../../database/indexes.ts'

const MARK = 'restoring' // a collection that is there while a restore is under way, or was cut off

// The users last: locks and reservations are there before anybody can sign in or take a name.
const swapOrder = () => [...keptCollections().filter((name) => name !== 'users'), 'users']

/** Make these collections, empty, with all indexes. Returns the mark by which the swap knows that it is still ours. */
export async function openStage(): Promise<string> {
  await clearStage() // what one that was cut off has left
  const mark = randomUUID()
  await marks().insertOne({ _id: mark })
  for (const name of keptCollections()) await mongoose.connection.createCollection(stageOf(name))
  await buildIndexes((name) => (keptCollections().includes(name) ? stageOf(name) : undefined))
  return mark
}

/** The collection that will replace this one. */
export function staged<Of extends BSON.Document = BSON.Document>(name: string) {
  return mongoose.connection.collection<Of>(stageOf(name))
}

/** Remove these collections, and the mark at the very end. */
export async function clearStage(): Promise<void> {
  for (const name of keptCollections()) await staged(name).drop()
  await closeStage()
}

/**
 * Replace what is there by what was staged, a collection at a time, each in one step. Throws if another restore has begun
 * meanwhile: it has cleared the stage, and what is on it is not ours, or not whole.
 */
export async function swap(mark: string): Promise<void> {
  if ((await marks().countDocuments({})) !== 1 || !(await marks().findOne({ _id: mark }))) {
    throw new Error('Another restore has begun in this database')
  }
  await endAll()
  for (const name of swapOrder()) await staged(name).rename(name, { dropTarget: true })
  // Once more, for whoever signed in meanwhile as a user who is not there any more.
  await endAll()
}

/** Remove the mark: nothing is left to do, and a restore that is cut off from now on is whole. */
export async function closeStage(): Promise<void> {
  await marks().drop()
}

/** True if a restore is under way or was cut off: then something old may lie beside something new. */
export async function isRestoreUnfinished(): Promise<boolean> {
  return (await mongoose.connection.listCollections()).some(({ name }) => name === MARK)
}

async function endAll(): Promise<void> {
  for (const name of endedCollections()) await mongoose.connection.collection(name).deleteMany({})
}

function stageOf(name: string): string {
  return `${MARK}-${name}`
}

function marks() {
  return mongoose.connection.collection<{ _id: string }>(MARK)
}
