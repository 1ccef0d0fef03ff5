// The users as an operator sees them: which there are, what state an account is in. Never a hash.
import mongoose from 'mongoose'
import { foldText } from '../../lib/code-points.ts'
import { hashFormat } from '../../lib/password.ts'
import { alive } from '../../lib/session/documents.ts'
import type { SessionStore } from '../../lib/session/store.ts'
import { timeOfStep } from '../../lib/totp.ts'
import { passkeysOf } from '../account/passkeys.ts'
import { findLocked, forgetFailures } from '../sign-in/throttle.ts'
import { endAllSessions } from '../session.ts'
import { shownDetails } from '../user/field-values.ts'
import { User, type UserDocument } from '../user.ts'

const PAGE = 500 // documents in one answer of the database

export type ListedUser = {
  id: string
  username: string
  email: string
  createdAt: Date | undefined
  isVerified: boolean
  /** By an operator, by too many failed sign-ins, or not. */
  locked: 'operator' | 'failures' | undefined
  password: ReturnType<typeof hashFormat>
}
export type Filter = { search?: string; bareMd5?: boolean; locked?: boolean }

/** Every user who fits, in the order of their ids, which is mostly that of their registration. */
export async function* listUsers({ search, bareMd5, locked }: Filter): AsyncGenerator<ListedUser> {
  const isLocked = await findLocked()
  const cursor = User.collection.find({}, { batchSize: PAGE }).sort({ _id: 1 })
  for await (const document of cursor) {
    const listed = listedUserOf(document as unknown as UserDocument, isLocked)
    const fits =
      (search === undefined || isFound(listed, search)) &&
      (!bareMd5 || listed.password === 'bare md5') &&
      (!locked || listed.locked !== undefined)
    if (fits) yield listed
  }
}

/** One user, with the factors beside the password and the sessions that are alive; nothing that would pass for one of them. */
export async function describeUser(store: SessionStore, user: UserDocument) {
  const listed = listedUserOf(user, await findLocked())
  const sessions = await store.raw
    .find(alive({ owner: listed.id }))
    .project<{ lastActive: Date }>({ lastActive: 1 })
    .toArray()
  const lastActive = sessions.map((one) => one.lastActive.getTime())
  return {
    ...listed,
    emailVerifiedAt: user.emailVerifiedAt ?? undefined,
    ...shownDetails(user.details),
    passwordChangedAt: user.passwordChangedAt ?? undefined,
    lockedAt: user.lockedAt ?? undefined,
    twoFactor: twoFactorOf(user),
    passkeys: passkeysOf(user).map(({ name, madeAt, usedAt, synced, isEnough }) => {
      return { name, madeAt, usedAt, synced, isEnough }
    }),
    sessions: sessions.length,
    lastActive: lastActive.length > 0 ? new Date(Math.max(...lastActive)) : undefined,
  }
}

/** Keep somebody out, now and at every sign-in; returns how many sessions were ended. */
export async function lockUser(store: SessionStore, userId: string): Promise<number> {
  // First the lock: whoever is just signing in finds it and is signed out again.
  await User.updateOne({ _id: userId, lockedAt: null }, { $set: { lockedAt: new Date() } })
  return endAllSessions(store, userId, 'locked')
}

/** Let somebody in again, whether an operator kept them out or too many failed sign-ins did. */
export async function unlockUser(userId: string): Promise<void> {
  const change = { $unset: { lockedAt: 1 } }
  const user = await User.findOneAndUpdate({ _id: userId }, change).lean<UserDocument | null>()
  if (user) await forgetFailures(user)
}

// Documents from elsewhere may hold anything in any field.
function listedUserOf(user: UserDocument, isLocked: (user: UserDocument) => boolean): ListedUser {
  const id = String(user._id)
  const locked = user.lockedAt ? 'operator' : isLocked(user) ? 'failures' : undefined
  return {
    id,
    username: textOf(user.username),
    email: user.email ? textOf(user.email) : '',
    createdAt:
      user.createdAt ??
      (user._id instanceof mongoose.Types.ObjectId ? user._id.getTimestamp() : undefined),
    isVerified: user.emailVerifiedAt instanceof Date,
    locked,
    password: hashFormat(user.password),
  }
}

function twoFactorOf({ twoFactor }: UserDocument) {
  if (!twoFactor) return undefined
  const { since, lastStep, recoveryCodes } = twoFactor
  return {
    since: since ?? undefined,
    lastCodeAt: lastStep ? timeOfStep(lastStep) : undefined,
    recoveryCodesLeft: recoveryCodes.length,
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null)
}

function isFound({ username, email }: ListedUser, search: string): boolean {
  return [username, email].some((name) => foldText(name).includes(foldText(search)))
}
