// A recovery code is used up, and its owner hears of it also where this is cut off (docs/decisions/014).
import type { Locale } from '../../../config/i18n.ts'
import { noticeOf } from '../../mail/notice.ts'
import { queueLetter } from '../../mail/outbox.ts'
import type { Caller } from '../../sign-in/throttle.ts'
import { User, type UserDocument } from '../../user.ts'
import { begin, done, type Unfinished } from '../unfinished.ts'
import { takeRecoveryCode } from './check.ts'
import { hashOfRecoveryCode } from './recovery-codes.ts'

/** Use up a recovery code and put the letter into the outbox that tells of it; false if this user has no such code. */
export async function useRecoveryCode(
  userId: string,
  typed: string,
  caller: Caller,
  locale: Locale,
): Promise<boolean> {
  const hash = hashOfRecoveryCode(typed)
  const holder = { _id: userId, 'twoFactor.recoveryCodes': hash }
  const user = await User.findOne(holder).lean<UserDocument | null>()
  if (!user) return false
  const letter = { kind: 'recovery-code-used' as const, userId, left: 0 }
  const notice = await noticeOf(letter, user, caller, locale)
  const begun = await begin({ kind: 'recovery-code', userId, hash, notice })
  const isTaken = await takeRecoveryCode(userId, typed)
  if (isTaken) await finishRecoveryCode(begun)
  else await done(begun)
  return isTaken
}

/** Tell the owner, if the code is used up, how many are left. */
export async function finishRecoveryCode(begun: Unfinished<'recovery-code'>): Promise<void> {
  const { _id, userId, hash, notice } = begun
  const user = await User.findById(userId).select('twoFactor').lean<UserDocument | null>()
  const codes = user?.twoFactor?.recoveryCodes
  if (notice && codes && !codes.includes(hash)) {
    const left = codes.length
    const kind = left === 0 ? 'recovery-codes-used-up' : 'recovery-code-used'
    await queueLetter({ kind, userId, left }, notice.locale, _id)
  }
  await done(begun)
}
