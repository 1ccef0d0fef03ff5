// Many users and sessions, put straight into the collections in the very shape in which the site wrote the first ones.
import { createHash } from 'node:crypto'
import { ObjectId, type Document, type WithId } from 'mongodb'
import { startProgress } from '../cli/progress.ts'
import { storageId } from '../lib/session/storage-id.ts'
import { keysOf } from '../models/user.ts'
import type { Site } from './site.ts'
import { userOf, type User } from './users.ts'

const BATCH = 5000 // documents

export type Pattern = { user: WithId<Document>; session: Document }

/** The documents of a member who is signed in, as the site itself wrote them: what all others are made after. */
export async function patternOf({ database }: Site, member: User | undefined): Promise<Pattern> {
  const user = await database.collection('users').findOne({ username: member?.username })
  const session = await database.collection('sessions').findOne({ owner: String(user?._id) })
  if (!user || !session) throw new Error('The site keeps users and sessions elsewhere')
  return { user, session }
}

/** Add users, and a session for each, from this number up to (without) that. */
export async function fill(site: Site, pattern: Pattern, from: number, to: number): Promise<void> {
  const insert = (collection: string, documents: Document[]) =>
    site.database.collection(collection).insertMany(documents, { ordered: false })
  const progress = startProgress(to - from)
  for (let first = from; first < to; first += BATCH) {
    const numbers = Array.from({ length: Math.min(BATCH, to - first) }, (_, more) => first + more)
    await Promise.all([
      insert(
        'users',
        numbers.map((number) => newUser(pattern, number)),
      ),
      insert(
        'sessions',
        numbers.map((number) => newSession(pattern, number)),
      ),
    ])
    const done = first - from + numbers.length
    progress.update(done, `${(from + done).toLocaleString('en')} users and sessions`)
  }
  progress.stop()
}

/** The session id of the user of this number, as a cookie carries it: as long as express-session's own. */
export function sidOf(number: number): string {
  return createHash('sha256').update(`session ${number}`).digest('base64url').slice(0, 32)
}

function newUser({ user }: Pattern, number: number): Document {
  const owner = userOf(number)
  return { ...user, _id: idOf(number), ...owner, ...keysOf(owner) }
}

function newSession({ session }: Pattern, number: number): Document {
  const owner = idOf(number).toHexString()
  const data = { ...(session.session as Document), userId: owner, ...userOf(number) }
  return { ...session, _id: storageId(sidOf(number)), owner, session: data }
}

function idOf(number: number): ObjectId {
  return new ObjectId(number.toString(16).padStart(24, '0'))
}
