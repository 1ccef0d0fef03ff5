// How somebody gets another username.
import { z } from 'zod'
import { accept, refuse, type Result } from '../result.ts'
import { confirmPassword, currentPassword } from './confirm-password.ts'
import { isPersonal } from '../user/new-password.ts'
import { queueNotice } from '../mail/notice.ts'
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

/** The form of a new name. */
export const usernameChange = z.object({ username, current: currentPassword })

type Form = z.output<typeof usernameChange>

/** Change the username, if the password is right. The old name stays reserved for its owner for thirty days. */
export async function changeUsername(form: Form, context: RequestContext): Promise<Result<string>> {
  const { member, caller, store, locale } = context
  const confirmed = await confirmPassword(form.current, context)
  if (!confirmed.ok) return confirmed
  // It counts like a registration, because each answer shows whether somebody has a name.
  const refusal = await countAttempt(caller, 'registration')
  if (refusal) return refusal
  const result = await rename(confirmed.value, form)
  if (result.ok) {
    const { id, username: before } = member
    await renameInSessions(store, id, { username: form.username })
    const letter = { kind: 'username-changed' as const, userId: id, before }
    await queueNotice(letter, confirmed.value, caller, locale)
  }
  return result
}

async function rename(user: UserDocument, form: Form): Promise<Result<string>> {
  const id = user._id.toString()
  const [before, after] = [nameKey(user.username), nameKey(form.username)]
  if (form.username === user.username) {
    return refuse({ username: 'errors.username.same' })
  } else if (isPersonal(form.current, [form.username])) {
    return refuse({ username: 'errors.username.in-password' })
  } else if (before === after) {
    return store(user, form.username) // the same name in another spelling
  } else if (await isTaken(id, form.username)) {
    return refuse({ username: 'errors.username.taken' })
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
