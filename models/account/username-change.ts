// How somebody gets another username.
import { z } from 'zod'
import type { SessionStore } from '../../lib/session/store.ts'
import { accept, refuse, type Result } from '../result.ts'
import { confirmPassword, currentField } from './confirmation.ts'
import { isPersonal } from '../user/new-password.ts'
import { noticeOf } from '../mail/notice.ts'
import { queueLetter } from '../mail/outbox.ts'
import {
  endReservation,
  isReservedForOthers,
  keepReserved,
  reserveName,
} from '../user/reservation.ts'
import { renameInSessions } from '../session.ts'
import { countAttempt } from '../sign-in/throttle.ts'
import { byName, keysOf, takenKey, User, type UserDocument } from '../user.ts'
import { nameKey } from '../user/name-key.ts'
import { username } from '../user/username.ts'
import type { RequestContext } from './request-context.ts'
import { begin, done, type Unfinished } from './unfinished.ts'

/** The form of a new name. */
export const usernameChange = (hasPassword: boolean) =>
  z.object({ username, current: currentField(hasPassword) })

type Form = z.output<ReturnType<typeof usernameChange>>

/** Change the username, if the password is right. The old name stays reserved for its owner for thirty days. */
export async function changeUsername(form: Form, context: RequestContext): Promise<Result<string>> {
  const { member, caller, store, locale } = context
  const confirmed = await confirmPassword(form.current, context)
  if (!confirmed.ok) return confirmed
  const { id: userId, username: before } = member
  // It counts like a registration, because each answer shows whether somebody has a name.
  const refusal =
    (await countAttempt(caller, 'registration')) ?? (await refusalOf(confirmed.value, form))
  if (refusal) return refusal
  const letter = { kind: 'username-changed' as const, userId, before }
  const notice = await noticeOf(letter, confirmed.value, caller, locale)
  const begun = await begin({ kind: 'username', userId, before, username: form.username, notice })
  const result = await rename(confirmed.value, form)
  await finishUsernameChange(begun, store)
  return result
}

/** Tell the sessions of the new name, and the owner by letter, if the user has it; what is reserved follows either way. */
export async function finishUsernameChange(
  begun: Unfinished<'username'>,
  store: SessionStore,
): Promise<void> {
  const { _id, userId, before, username, notice } = begun
  await settleReservations(userId, nameKey(before), nameKey(username))
  if (await User.exists({ _id: userId, username })) {
    await renameInSessions(store, userId, { username })
    if (notice) await queueLetter(notice.letter, notice.locale, _id)
  }
  await done(begun)
}

async function refusalOf(user: UserDocument, form: Form): Promise<Result<never> | undefined> {
  if (form.username === user.username) {
    return refuse({ username: 'errors.username.same' })
  } else if (isPersonal(form.current, [form.username])) {
    return refuse({ username: 'errors.username.in-password' })
  } else if (await isTaken(user._id.toString(), form.username)) {
    return refuse({ username: 'errors.username.taken' })
  } else {
    return undefined
  }
}

async function rename(user: UserDocument, form: Form): Promise<Result<string>> {
  const id = user._id.toString()
  const [before, after] = [nameKey(user.username), nameKey(form.username)]
  if (before === after) {
    return store(user, form.username) // the same name in another spelling
  } else if (await reserveName(before, id)) {
    const result = await store(user, form.username)
    // Whoever gave this name up in the same moment reserved it before it was free: that shows now.
    const late = result.ok && (await isReservedForOthers(after, id))
    if (late) await store({ ...user, usernameKey: after }, user.username)
    const isRenamed = await settleReservations(id, before, after)
    if (late) return refuse({ username: 'errors.username.taken' })
    return isRenamed && !result.ok ? refuse({ username: 'errors.username.same' }) : result
  } else {
    return refuse({ username: 'errors.username.often' })
  }
}

// The name that the user has now is not reserved; the one that was given up for it is. True if they have the new one.
// Asked anew, because a button that was pressed twice sends two changes: the one that fails must not free what the other
// gave up.
async function settleReservations(id: string, before: string, after: string): Promise<boolean> {
  const now = await User.findById(id).select('username').lean()
  const has = now ? nameKey(now.username) : before
  await endReservation(has, id)
  if (has === after) await keepReserved(before, id)
  return has === after
}

async function isTaken(id: string, name: string): Promise<boolean> {
  const [other, reserved] = await Promise.all([
    User.exists({ ...byName(name), _id: { $ne: id } }),
    isReservedForOthers(nameKey(name), id),
  ])
  return other !== null || reserved
}

async function store(user: UserDocument, name: string): Promise<Result<string>> {
  try {
    const { _id, usernameKey = null, emailKey = null } = user
    const names = { username: name, email: emailKey } // without an address that another one has the key of
    const change = { $set: { username: name, ...keysOf(names) } }
    const { matchedCount } = await User.updateOne({ _id, usernameKey, emailKey }, change)
    return matchedCount > 0
      ? accept(name, { event: 'username-changed', userId: user._id.toString() })
      : refuse({ username: 'errors.username.taken' })
  } catch (error) {
    takenKey(error) // throws for anything else
    return refuse({ username: 'errors.username.taken' })
  }
}
