// The sessions of people: the captcha's one try, the places where somebody is signed in, and how these end.
import type { SessionData } from 'express-session'
import { alive } from '../lib/session/documents.ts'
import type { SessionStore } from '../lib/session/store.ts'
import { storageId } from '../lib/session/storage-id.ts'

export const MAX_SESSIONS = 50 // of one person; the oldest goes when another begins

/** Why a session is over: its clock ran out, or somebody ended it. */
export type EndReason =
  'idle' | 'absolute' | 'elsewhere' | 'password' | 'too-many' | 'locked' | 'operator'

/** A place where a person is signed in. */
export type UserSession = {
  id: string
  isThisOne: boolean
  address: string
  agent: string
  signedInAt: Date
  lastActive: Date
}

/**
 * Take the captcha's answers out of a session: undefined if there is none or it is too old.
 * It is removed in the same step that reads it, so that of many parallel tries at one captcha only one is compared at all.
 */
export async function takeCaptcha(
  store: SessionStore,
  sessionId: string,
  session: Partial<SessionData>,
): Promise<string[] | undefined> {
  const captcha = await store.take(sessionId, session, 'captcha')
  return captcha && captcha.expires > new Date() ? captcha.answers : undefined
}

/** Where this person is signed in, the latest sign-in first. */
export async function findUserSessions(
  store: SessionStore,
  userId: string,
  sessionId: string,
): Promise<UserSession[]> {
  const found = await store.documents.ofOwner(userId)
  return found
    .map(({ _id, session, lastActive, createdAt }) => {
      const { address = '', agent = '', signedInAt = createdAt } = session as Partial<SessionData>
      const isThisOne = _id === storageId(sessionId)
      return { id: _id, isThisOne, address, agent, signedInAt, lastActive }
    })
    .sort((a, b) => b.signedInAt.getTime() - a.signedInAt.getTime())
}

/** End one session of this person, named by its place's id. False if there is none of theirs by that name. */
export async function endSession(
  store: SessionStore,
  userId: string,
  id: string,
  why: EndReason,
): Promise<boolean> {
  return (await store.end({ owner: userId, _id: id }, why)) > 0
}

/** End all sessions of this person; returns how many. */
export async function endAllSessions(
  store: SessionStore,
  userId: string,
  why: EndReason,
): Promise<number> {
  return store.end({ owner: userId }, why)
}

/** End all sessions of this person but one; returns how many. */
export async function endOtherSessions(
  store: SessionStore,
  userId: string,
  sessionId: string,
  why: EndReason,
): Promise<number> {
  return store.end({ owner: userId, _id: { $ne: storageId(sessionId) } }, why)
}

/** Show a new name or address in all sessions of this person at once. */
export async function renameInSessions(
  store: SessionStore,
  userId: string,
  change: Partial<Pick<SessionData, 'username' | 'email'>>,
): Promise<void> {
  for (const { _id, lastActive, expires, purgeAt } of await store.documents.ofOwner(userId)) {
    await store.documents.change(_id, { set: change, unset: [] }, { lastActive, expires, purgeAt })
  }
}

/** End the oldest sessions of this person so that there is room for one more; returns how many. */
export async function endOldestSessions(store: SessionStore, userId: string): Promise<number> {
  const all = await store.raw
    .find(alive({ owner: userId }))
    .project<{ _id: string }>({ _id: 1 })
    .sort({ createdAt: -1 })
    .skip(MAX_SESSIONS - 1)
    .toArray()
  const ids = all.map(({ _id }) => _id)
  return ids.length > 0 ? store.end({ owner: userId, _id: { $in: ids } }, 'too-many') : 0
}

/** Why the session that a cookie names is over; undefined if that is not known any more, or it never was anybody's. */
export async function findEndReason(
  store: SessionStore,
  sessionId: string,
): Promise<EndReason | undefined> {
  const found = await store.raw.findOne({ _id: storageId(sessionId), owner: { $exists: true } })
  if (!found) {
    return undefined
  } else if (found.ended === undefined && found.expires > new Date()) {
    return undefined // it has not ended: the key that it was encrypted with is gone
  } else if (found.ended !== undefined) {
    return found.ended as EndReason
  } else {
    return found.endsAt && found.expires >= found.endsAt ? 'absolute' : 'idle'
  }
}
