// How full the database is, in numbers that cost it little: for whoever watches the site.
import mongoose from 'mongoose'
import { OPERATION_TIMEOUT } from '../../config/database.ts'
import type { DatabaseStats } from '../../lib/metrics/database.ts'
import { notRunOut } from '../../lib/session/clock.ts'
import { SESSIONS } from '../../lib/session/documents.ts'
import { findFreeBytes } from './disk.ts'
import { outbox } from '../mail/outbox.ts'

const MAX_MAILS = 10_000 // more are as bad
const atMost = { maxTimeMS: OPERATION_TIMEOUT }

/** Ask the database for a sign of life. Throws if there is none. */
export async function ping(): Promise<void> {
  await mongoose.connection.getClient().db('admin').command({ ping: 1 })
}

/** Count what is kept in the database now. Throws if it does not answer in time. */
export async function readStats(): Promise<DatabaseStats> {
  const [sessions, mails, oldest, diskFree] = await Promise.all([
    mongoose.connection.collection(SESSIONS).countDocuments(notRunOut(), atMost),
    outbox().countDocuments({}, { ...atMost, limit: MAX_MAILS }),
    // An id begins with the time at which it was made, and there is always an index on it.
    outbox().findOne({}, { ...atMost, sort: { _id: 1 }, projection: { createdAt: 1 } }),
    findFreeBytes(),
  ])
  const oldestMail = oldest ? Math.max(0, Date.now() - oldest.createdAt.getTime()) / 1000 : 0
  return { sessions, mails, oldestMail, diskFree }
}
