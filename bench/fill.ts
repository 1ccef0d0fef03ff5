// Many users and sessions, put straight into the collections in the very shape in which the site wrote the first ones.
import { createHash } from 'node:crypto'
import { ObjectId, type Document, type WithId } from 'mongodb'
import { startProgress } from '../cli/progress.ts'
import { storageId } from '../lib/session/storage-id.ts'
import { keysOf } from '../models/user.ts'
import type { Site } from './site.ts'
import { userOf } from './users.ts'

const BATCH = 5000 // documents

type Pattern = { user: WithId<Document>; session: Document }

/**
 * Add users, and a session for each, from this number up to (without) that. They are made after the first user, who has
 * to be signed in.
 */
export async function fill({ database }: Site, from: number, to: number): Promise<void> {
  const [users, sessions] = [database.collection('users'), database.collection('sessions')]
  const user = await users.findOne({ username: userOf(0).username })
  const session = await sessions.findOne({ owner: String(user?._id) })
  if (!user || !session) throw new Error('The site keeps users and sessions elsewhere')
  const progress = startProgress(to - from)
  for (let first = from; first < to; first += BATCH) {
    const count = Math.min(BATCH, to - first)
    const documents = Array.from({ length: count }, (_, more) =>
      newDocuments({ user, session }, first + more),
    )
    await Promise.all([
      users.insertMany(documents.map((one) => one.user)),
      sessions.insertMany(documents.map((one) => one.session)),
    ])
    const done = (first + count).toLocaleString('en')
    progress.update(first + count - from, `${done} users and sessions`)
  }
  progress.stop()
}

/** The session id of the user of this number, as a cookie carries it: as long as express-session's own. */
export function sidOf(number: number): string {
  return createHash('sha256').update(`session ${number}`).digest('base64url').slice(0, 32)
}

function newDocuments({ user, session }: Pattern, number: number): Pattern {
  const _id = new ObjectId(number.toString(16).padStart(24, '0'))
  const owner = _id.toHexString()
  const names = userOf(number)
  const data = { ...(session.session as Document), userId: owner, ...names }
  return {
    user: { ...user, _id, ...names, ...keysOf(names) },
    session: { ...session, _id: storageId(sidOf(number)), owner, session: data },
  }
}
