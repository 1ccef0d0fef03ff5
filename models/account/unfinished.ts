// What an operation of several writes has yet to do: stored before its first write, so that a cut leaves nothing half done.
import mongoose from 'mongoose'
import { ObjectId } from 'mongodb'
import { MINUTE } from '../../config/time.ts'
import type { Notice } from '../mail/notice.ts'

/** What follows once the one write is there that an operation stands or falls with. */
export type Rest = {
  userId: string
  /** The letter that tells of it, if there is one. */
  notice?: Notice | undefined
} & (
  | { kind: 'registration'; name: string }
  | { kind: 'password'; passwordChangedAt: Date; isReset: boolean; keeps?: string | undefined }
  | { kind: 'username'; before: string; username: string }
  | { kind: 'recovery-code'; hash: string }
  | { kind: 'not-me'; link: string; askedAt: Date }
  | { kind: 'two-factor'; changedAt: Date; keeps?: string | undefined }
  | { kind: 'email'; email: string; holderId?: string | undefined }
  | { kind: 'deletion'; username: string; email: string }
)
export type Unfinished<Kind extends Rest['kind'] = Rest['kind']> = Extract<Rest, { kind: Kind }> & {
  _id: ObjectId
  /** When another process may finish it; whichever takes it moves this on, so that no other does too. */
  dueAt: Date
}

const LEASE = MINUTE // above the longest request: whoever began an operation has ended it by then, or was cut off

/** Store what an operation is about to do, before its first write. */
export async function begin<R extends Rest>(rest: R): Promise<R & { _id: ObjectId; dueAt: Date }> {
  const begun = { ...rest, _id: new ObjectId(), dueAt: new Date(Date.now() + LEASE) }
  await unfinished().insertOne(begun)
  return begun
}

/** Take what was begun and is due: of all processes one gets it. Undefined if there is nothing. */
export async function takeUnfinished(): Promise<Unfinished | undefined> {
  const now = new Date()
  const later = { $set: { dueAt: new Date(now.getTime() + LEASE) } }
  return (await unfinished().findOneAndUpdate({ dueAt: { $lte: now } }, later)) ?? undefined
}

/** Nothing is left to do: everything is done, or the one write never came. */
export async function done({ _id }: { _id: ObjectId }): Promise<void> {
  await unfinished().deleteOne({ _id })
}

function unfinished() {
  return mongoose.connection.collection<Unfinished>('unfinished')
}
