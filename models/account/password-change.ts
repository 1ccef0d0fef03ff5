// How a member gets another password, and what ends with the old one.
import type { Filter } from 'mongodb'
import { z } from 'zod'
import { hashPassword } from '../../lib/password.ts'
import type { SessionDocument } from '../../lib/session/documents.ts'
import { storageId } from '../../lib/session/storage-id.ts'
import type { SessionStore } from '../../lib/session/store.ts'
import { accept, refuse, type Result } from '../result.ts'
import { confirmPassword, currentField } from './confirmation.ts'
import { isPersonal, newPassword, personalRule } from '../user/new-password.ts'
import { noticeOf } from '../mail/notice.ts'
import { queueLetter } from '../mail/outbox.ts'
import { endTokens } from '../mail/token.ts'
import { forgetFailures } from '../sign-in/throttle.ts'
import { endSessionsBut } from '../session.ts'
import { memberOf, nowAfter, User, type Member, type UserDocument } from '../user.ts'
import type { RequestContext } from './request-context.ts'
import { begin, done, type Rest, type Unfinished } from './unfinished.ts'

/** An account as it was when its password was checked, or a link to replace it was mailed. */
export type Seen = {
  _id: string
  passwordChangedAt: Date | null
  emailKey?: string | null
  lockedAt?: null
}

/** The form of a new password for this member, who may have none so far. */
export const passwordChange = ({ username, email }: Member, hasPassword: boolean) =>
  z
    .object({ current: currentField(hasPassword), password: newPassword })
    .refine(({ password }) => !isPersonal(password, [username, email]), personalRule)
    .refine(({ current, password }) => password === '' || password !== current, {
      path: ['password'],
      message: 'errors.password.same',
      when: () => true, // also while another field is wrong: all errors are shown together
    })

/** Change the password, if the current one is right, or set one where there is none; all other sessions end. Returns the member as they are now. */
export async function changePassword(
  form: z.output<ReturnType<typeof passwordChange>>,
  context: RequestContext,
): Promise<Result<Member>> {
  const { member, caller, store, sessionId, locale } = context
  const confirmed = await confirmPassword(form.current, context)
  if (!confirmed.ok) return confirmed
  const hash = await hashPassword(form.password)
  const letter = { kind: 'password-changed' as const, userId: member.id }
  const stored = await storePassword(seenIn(confirmed.value), hash, store, {
    isReset: false,
    keeps: storageId(sessionId),
    notice: await noticeOf(letter, confirmed.value, caller, locale),
  })
  if (!stored) return refuse({ current: 'errors.current.wrong' }) // it was changed in this very moment
  const { passwordChangedAt, count } = stored
  const changed = memberOf({ ...confirmed.value, passwordChangedAt })
  return accept(changed, { event: 'password-changed', userId: member.id, count })
}

/**
 * Store a new password where the account still is as it was seen; undefined if it is not, or is gone. All sessions end but the
 * one that `keeps` names, both before and after: where this is cut off, nobody stays in whom the new password is to keep out.
 */
export async function storePassword(
  seen: Seen,
  hash: string,
  store: SessionStore,
  rest: Omit<Extract<Rest, { kind: 'password' }>, 'kind' | 'userId' | 'passwordChangedAt'>,
): Promise<{ passwordChangedAt: Date; count: number } | undefined> {
  const passwordChangedAt = nowAfter(seen.passwordChangedAt)
  const begun = await begin({ ...rest, kind: 'password', userId: seen._id, passwordChangedAt })
  const before = await endSessionsBut(store, seen._id, rest.keeps, 'password')
  const { matchedCount } = await User.updateOne(seen, {
    $set: { password: hash, passwordChangedAt },
    $unset: { pendingEmail: 1, 'twoFactor.trusted': 1 },
  })
  if (matchedCount > 0) {
    return { passwordChangedAt, count: before + (await finishPasswordChange(begun, store)) }
  } else {
    await done(begun)
    return undefined
  }
}

/**
 * End what the old password opened, among it the links that could set another one, and a change of the address that is still
 * waiting: whoever requested those may be the reason for the change. After a reset the account is unlocked, and all links end.
 * Returns how many sessions ended.
 */
export async function finishPasswordChange(
  begun: Unfinished<'password'>,
  store: SessionStore,
  which: Filter<SessionDocument> = {},
): Promise<number> {
  const { _id, userId, passwordChangedAt, isReset, keeps, notice } = begun
  let count = 0
  const user = await User.findOne({ _id: userId, passwordChangedAt }).lean<UserDocument | null>()
  if (user) {
    count = await endSessionsBut(store, userId, keeps, 'password', which)
    if (isReset) {
      await endTokens(userId)
      await forgetFailures(user)
    } else {
      await endTokens(userId, 'password-reset')
      await endTokens(userId, 'email-change')
    }
    if (notice) await queueLetter(notice.letter, notice.locale, _id)
  }
  await done(begun)
  return count
}

function seenIn({ _id, passwordChangedAt }: UserDocument): Seen {
  return { _id: _id.toString(), passwordChangedAt: passwordChangedAt ?? null }
}
