// How somebody who has forgotten the password gets a new one: by a link to the confirmed address (ASVS 6.4.3).
import { z } from 'zod'
import type { Locale } from '../../config/i18n.ts'
import { readForm, type Form } from '../../lib/form.ts'
import { hashPassword } from '../../lib/password.ts'
import type { SessionStore } from '../../lib/session/store.ts'
import { accept, type Result } from '../result.ts'
import type { SecurityEvent } from '../security-event.ts'
import { countMail, type Caller } from '../sign-in/throttle.ts'
import { email } from '../user/email.ts'
import { isPersonal, newPassword, personalRule } from '../user/new-password.ts'
import { queueLetter } from '../mail/outbox.ts'
import { storePassword, type Seen } from './password-change.ts'
import { findToken, type Token } from '../mail/token.ts'
import { User, type UserDocument } from '../user.ts'

/** Whose password is replaced. */
export type ResetUser = { username: string; email: string }

/** The form that requests a link. */
export const resetRequest = z.object({ email })

const replacement = z.object({ password: newPassword })

/**
 * Put the request for a link into the outbox. Whether anybody has the address is found out when the mail is sent: for an
 * address that nobody has, one that is not confirmed and one that is, this does the very same (ASVS 6.3.8). Throws if the
 * request can't be stored.
 */
export async function requestReset(
  { email }: z.output<typeof resetRequest>,
  locale: Locale,
  caller: Caller,
): Promise<Result<undefined>> {
  const refusal = await countMail(caller, 'reset', email)
  if (refusal) return refusal
  await queueLetter({ kind: 'password-reset', email }, locale)
  return accept(undefined)
}

/** Whose password this link replaces; undefined if it does not count. Looking does not use it up. */
export async function findReset(token: string): Promise<ResetUser | undefined> {
  const found = await findToken('password-reset', token)
  const user = found && (await User.findOne(asSeen(found)).lean<UserDocument | null>())
  return user ? { username: user.username, email: user.email ?? '' } : undefined
}

/** Check the form of a new password. */
export function readReplacement(
  body: unknown,
  { username, email }: ResetUser,
): Form<z.output<typeof replacement>> {
  return readForm(
    body,
    replacement.refine(({ password }) => !isPersonal(password, [username, email]), personalRule),
  )
}

/**
 * Store the new password; undefined if the link does not count. Once: of parallel requests one gets through.
 * All other links that were mailed to this user end, and so does a change of the address that whoever had the old password
 * may have begun, and every session. An account that is locked by too many failures is opened.
 */
export async function resetPassword(
  token: string,
  newPassword: string,
  store: SessionStore,
  locale: Locale,
): Promise<{ userId: string; events: SecurityEvent[] } | undefined> {
  const password = await hashPassword(newPassword)
  const found = await findToken('password-reset', token)
  if (!found) return undefined
  const { userId } = found
  const stored = await storePassword(asSeen(found), password, store, {
    isReset: true,
    notice: { letter: { kind: 'password-changed', userId }, locale },
  })
  return stored && { userId, events: eventsOf(userId, stored.count) }
}

function eventsOf(userId: string, count: number): SecurityEvent[] {
  const ended: SecurityEvent = { event: 'session-ended', userId, by: 'password-reset', count }
  return [{ event: 'password-reset', userId }, ...(count > 0 ? [ended] : [])]
}

// The account as it was when the link was mailed: with another password or address since then it counts no more.
function asSeen({ userId, seen }: Token): Seen {
  return {
    _id: userId,
    emailKey: seen.emailKey ?? null,
    passwordChangedAt: seen.passwordChangedAt ?? null,
    lockedAt: null,
  }
}
