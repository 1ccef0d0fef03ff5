// A change of a factor beside the password: one write that it stands or falls with, and what follows it (docs/decisions/014).
import type { Filter } from 'mongodb'
import type { Locale } from '../../../config/i18n.ts'
import type { SessionDocument } from '../../../lib/session/documents.ts'
import type { SessionStore } from '../../../lib/session/store.ts'
import { noticeOf } from '../../mail/notice.ts'
import { queueLetter, type TwoFactorChange } from '../../mail/outbox.ts'
import type { Caller } from '../../sign-in/throttle.ts'
import { endSessionsBut } from '../../session.ts'
import { memberOf, nowAfter, User, type Member, type UserDocument } from '../../user.ts'
import { begin, done, type Unfinished } from '../unfinished.ts'

/** Who changes it, in which language the letter is written, and the key of the session that stays, if one does. */
export type ChangedBy = {
  caller: Caller
  store: SessionStore
  locale: Locale
  keeps?: string | undefined
}

/**
 * Store a change of the second factor or of a passkey, where `seen` still holds of the account; undefined if it does not. All sessions end but
 * the one that `keeps` names, both before and after: where this is cut off, nobody stays in whom the change is to keep out.
 * Returns the member as they are now, and how many sessions ended.
 */
export async function storeTwoFactor(
  kind: TwoFactorChange,
  user: UserDocument,
  seen: object,
  change: { $set?: object; $unset?: object; $push?: object; $pull?: object },
  { caller, store, locale, keeps }: ChangedBy,
): Promise<{ member: Member; count: number } | undefined> {
  const userId = user._id.toString()
  const changedAt = nowAfter(user.twoFactorChangedAt)
  const notice = await noticeOf({ kind, userId }, user, caller, locale)
  const begun = await begin({ kind: 'two-factor', userId, changedAt, keeps, notice })
  const count = await endSessionsBut(store, userId, keeps, 'two-factor')
  const update = { ...change, $set: { ...change.$set, twoFactorChangedAt: changedAt } }
  const { matchedCount } = await User.updateOne({ ...seen, _id: userId }, update)
  if (matchedCount === 0) {
    await done(begun)
    return undefined
  } else {
    const more = await finishTwoFactorChange(begun, store)
    return { member: memberOf({ ...user, twoFactorChangedAt: changedAt }), count: count + more }
  }
}

/** End the other sessions and tell the owner, if the change is there. Returns how many sessions ended. */
export async function finishTwoFactorChange(
  begun: Unfinished<'two-factor'>,
  store: SessionStore,
  which: Filter<SessionDocument> = {},
): Promise<number> {
  const { _id, userId, changedAt, keeps, notice } = begun
  let count = 0
  if (await User.exists({ _id: userId, twoFactorChangedAt: changedAt })) {
    count = await endSessionsBut(store, userId, keeps, 'two-factor', which)
    if (notice) await queueLetter(notice.letter, notice.locale, _id)
  }
  await done(begun)
  return count
}
