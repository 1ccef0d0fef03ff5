// The read of a session, step by step: from the driver's shortest command to what express-session calls.
import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { MongoClient } from 'mongodb'
import mongoose from 'mongoose'
import { connectOptions } from '../../config/database.ts'
import { DAY, HOUR } from '../../config/time.ts'
import { alive, plainDocuments, SESSIONS } from '../../lib/session/documents.ts'
import type { SessionDocument } from '../../lib/session/documents.ts'
import { storageId } from '../../lib/session/storage-id.ts'
import { SessionStore } from '../../lib/session/store.ts'

/** Connect to this database, put a member's session into it, and return how to read it, by the name of the step. */
export async function openReads(url: string): Promise<Record<string, () => Promise<unknown>>> {
  const bare = (await MongoClient.connect(url)).db()
  const client = (await mongoose.connect(url, connectOptions)).connection.getClient()
  const { databaseName } = bare
  const store = new SessionStore({ client, databaseName, sessionIdle: HOUR } as never)
  const collection = client.db().collection<SessionDocument>(SESSIONS)
  const { find } = plainDocuments(collection)
  const sid = randomUUID()
  const _id = storageId(sid)
  const [now, later] = [new Date(), new Date(Date.now() + DAY)]
  const clock = { lastActive: now, expires: later, purgeAt: later }
  const cookie = { path: '/', httpOnly: true, sameSite: 'lax', originalMaxAge: null }
  const member = { userId: '0'.repeat(24), username: 'user1', email: 'user1@example.com' }
  const signedIn = { signedInAt: now, confirmedAt: now, endsAt: later, remember: false }
  const session = { cookie, ...member, ...signedIn, address: '::1', agent: 'Mozilla/5.0' }
  await collection.insertOne({ _id, ...clock, version: 0, createdAt: now, session })
  const command = { find: SESSIONS, filter: { _id }, limit: 1, singleBatch: true }
  return {
    ping: () => bare.command({ ping: 1 }),
    command: () => bare.command(command),
    findOne: () => bare.collection(SESSIONS).findOne({ _id: _id as never }),
    'findOne, our connection': () => collection.findOne({ _id }),
    'findOne, expiry in the filter': () => collection.findOne(alive({ _id })),
    'documents.find': () => find(_id),
    'store.get': () => promisify(store.get.bind(store))(sid),
  }
}
