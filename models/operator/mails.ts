// What an operator does with letters that wait: on the embedded engine nothing else reaches the outbox.
import { ObjectId } from 'mongodb'
import { outbox, type OutboxEntry } from '../mail/outbox.ts'

/** The letters that wait, the oldest first. */
export function waitingLetters(): AsyncIterable<OutboxEntry> {
  return outbox().find({}, { sort: { _id: 1 } })
}

/** How many letters wait because the mail server did not take them, and since when the first of them. */
export async function findFailedLetters(): Promise<{ count: number; oldest: Date | undefined }> {
  const failed = { attempts: { $gt: 0 }, takenAt: { $exists: false } }
  const first = await outbox().findOne(failed, { sort: { createdAt: 1 } })
  return { count: await outbox().countDocuments(failed), oldest: first?.createdAt }
}

/** Let all letters that wait, or the one with this id, be tried at once. Returns how many; one that is being sent is left alone. */
export async function retryLetters(id?: string): Promise<number> {
  const chosen = { ...chosenBy(id), takenAt: { $exists: false } }
  return (await outbox().updateMany(chosen, { $set: { dueAt: new Date() } })).matchedCount
}

/** Delete a letter that waits. Returns false if there is none with this id. */
export async function dropLetter(id: string): Promise<boolean> {
  return (await outbox().deleteOne(chosenBy(id))).deletedCount === 1
}

function chosenBy(id: string | undefined) {
  if (id === undefined) return {}
  // What is no id belongs to no letter.
  return { _id: ObjectId.isValid(id) ? new ObjectId(id) : new ObjectId() }
}
