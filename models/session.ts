// The sessions of users: the captcha's one try, where somebody is signed in, and how these sessions end.
import type { SessionData } from 'express-session'
import type { Filter } from 'mongodb'
import { alive, type SessionDocument } from '../lib/session/documents.ts'
import type { SessionStore } from '../lib/session/store.ts'
import { storageId } from '../lib/session/storage-id.ts'
import type { SecurityEvent } from './security-event.ts'
import { challengeKeys } from './sign-in/challenge.ts'

export const MAX_SESSIONS = 50 // of one user; the oldest goes when another begins

/** Why a session is over: a timeout, or somebody ended it. */
export type EndReason =
  | 'idle'
  | 'absolute'
  | 'elsewhere'
  | 'password'
  | 'two-factor'
  | 'too-many'
  | 'locked'
  | 'operator'

/** One session of a user, as the owner sees it. */
export type UserSession = {
  id: string
  isThisOne: boolean
  address: string
  agent: string
  signedInAt: Date
  lastActive: Date
}

/** A captcha that waits for its answer, or, with `solvedFor`, one that was answered and counts for the form at that path. */
export type Captcha = { answers: string[]; expires: Date; solvedFor?: string }

/** The key in a session's data of the captcha with this id. Each has its own, so that tabs do not overwrite each other's. */
export type CaptchaKey = 'captcha' | `captcha-${string}`

/** The key of the captcha with this id; the one of a script that names none has no id. */
export function captchaKey(id: string): CaptchaKey {
  return id === '' ? 'captcha' : `captcha-${id}`
}

/** The keys of all captchas in a session's data. */
export function captchaKeys(session: object): CaptchaKey[] {
  return Object.keys(session).filter((key): key is CaptchaKey => /^captcha(-|$)/.test(key))
}

/**
 * Take a captcha out of a session: undefined if there is none or it is too old.
 * It is removed in the same step that reads it, so that of many parallel tries at one captcha only one is compared at all.
 */
export async function takeCaptcha(
  store: SessionStore,
  sessionId: string,
  session: Partial<SessionData>,
  key: CaptchaKey,
): Promise<Captcha | undefined> {
  const captcha = await store.take(sessionId, session, key)
  return captcha && captcha.expires > new Date() ? captcha : undefined
}

/** The sessions of this user, the latest sign-in first. */
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

/** All that is kept of the sessions of this user, also of those that have just ended, but for the ids, captchas and challenges. */
export async function exportSessions(store: SessionStore, userId: string) {
  const [found, over] = await Promise.all([
    store.documents.ofOwner(userId),
    store.raw.find({ owner: userId, session: { $exists: false } }).toArray(),
  ])
  return [...found, ...over].map(({ _id, version: _version, session, ...metadata }) => {
    const data = { ...(session as Partial<SessionData> | undefined) }
    // oxlint-disable-next-line typescript/no-dynamic-delete -- the type allows keys of these two kinds only
    for (const key of [...captchaKeys(data), ...challengeKeys(data)]) delete data[key]
    return { ...data, ...metadata }
  })
}

/** End one session of this member, named by its id in the list; `ok` is false if none of theirs has it. */
export async function endSession(
  store: SessionStore,
  userId: string,
  id: string,
): Promise<{ ok: boolean; events: SecurityEvent[] }> {
  // The owner is part of the question: nobody ends a session of somebody else, whatever the form says.
  const ok = (await store.end({ owner: userId, _id: id }, 'elsewhere')) > 0
  return { ok, events: ok ? [{ event: 'session-ended', by: 'owner', ended: id }] : [] }
}

/** End all sessions of this member but one, because they asked for it. */
export async function endOthers(
  store: SessionStore,
  userId: string,
  sessionId: string,
): Promise<{ events: SecurityEvent[] }> {
  const count = await endOtherSessions(store, userId, sessionId, 'elsewhere')
  return { events: [{ event: 'session-ended', by: 'owner', count }] }
}

/** End all sessions of this user; returns how many. */
export async function endAllSessions(
  store: SessionStore,
  userId: string,
  why: EndReason,
): Promise<number> {
  return store.end({ owner: userId }, why)
}

/** End all sessions of this user but one; returns how many. */
export async function endOtherSessions(
  store: SessionStore,
  userId: string,
  sessionId: string,
  why: EndReason,
): Promise<number> {
  return endSessionsBut(store, userId, storageId(sessionId), why)
}

/** End the sessions of this user that fit, but for the one stored under the key `keeps`, if one is to stay; returns how many. */
export async function endSessionsBut(
  store: SessionStore,
  owner: string,
  keeps: string | undefined,
  why: EndReason,
  which: Filter<SessionDocument> = {},
): Promise<number> {
  return store.end({ ...which, owner, ...(keeps ? { _id: { $ne: keeps } } : {}) }, why)
}

/** Show a new name or address in all sessions of this user at once. */
export async function renameInSessions(
  store: SessionStore,
  userId: string,
  change: Partial<Pick<SessionData, 'username' | 'email'>>,
): Promise<void> {
  for (const { _id, lastActive, expires, purgeAt } of await store.documents.ofOwner(userId)) {
    await store.documents.change(_id, { set: change, unset: [] }, { lastActive, expires, purgeAt })
  }
}

/** End the oldest sessions of this user so that there is room for one more. */
export async function endOldestSessions(
  store: SessionStore,
  userId: string,
): Promise<{ events: SecurityEvent[] }> {
  const all = await store.raw
    .find(alive({ owner: userId }))
    .project<{ _id: string }>({ _id: 1 })
    .sort({ createdAt: -1 })
    .skip(MAX_SESSIONS - 1)
    .toArray()
  const ids = all.map(({ _id }) => _id)
  const count =
    ids.length > 0 ? await store.end({ owner: userId, _id: { $in: ids } }, 'too-many') : 0
  const ended: SecurityEvent = { event: 'session-ended', userId, by: 'too-many', count }
  return { events: count > 0 ? [ended] : [] }
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
