// The sessions as an operator sees them: where users are signed in, each named by the beginning of its key in the database.
import type { SessionData } from 'express-session'
import { alive } from '../../lib/session/documents.ts'
import type { SessionStore } from '../../lib/session/store.ts'

export const PREFIX = 12 // characters of a session's key, as the log has them: no cookie can be made of them

export type ListedSession = {
  session: string
  userId: string
  username: string
  address: string
  agent: string
  signedInAt: Date
  lastActive: Date
  endsAt: Date
}

/** The sessions of all users, or of this one, each user's latest first. */
export async function* listSessions(
  store: SessionStore,
  userId?: string,
): AsyncGenerator<ListedSession> {
  const owner = userId ?? { $exists: true }
  const ids = store.raw
    .find(alive({ owner }))
    .project<{ _id: string }>({ _id: 1 })
    .sort({ owner: 1, createdAt: -1 })
  for await (const { _id } of ids) {
    const found = await store.documents.find(_id)
    if (found) {
      const data = found.session as Partial<SessionData>
      yield {
        session: _id.slice(0, PREFIX),
        userId: found.owner ?? '',
        username: data.username ?? '',
        address: data.address ?? '',
        agent: data.agent ?? '',
        signedInAt: data.signedInAt ?? found.createdAt,
        lastActive: found.lastActive,
        endsAt: found.endsAt ?? found.expires,
      }
    }
  }
}

/** End the session whose key begins so. Nothing is ended where more than one does; returns how many there are. */
export async function endByPrefix(store: SessionStore, prefix: string): Promise<number> {
  const found = await store.raw
    .find(alive({ _id: { $regex: `^${prefix}` } }))
    .project<{ _id: string }>({ _id: 1 })
    .limit(2)
    .toArray()
  const [one] = found
  if (one && found.length === 1) await store.end({ _id: one._id }, 'operator')
  return found.length
}

/** True for a text that can name a session. */
export function isPrefix(text: string): boolean {
  return /^[0-9a-f]{12,64}$/.test(text)
}
