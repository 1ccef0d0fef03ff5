// Letters that come by themselves: what was done at an account, for its owner to know.
import type { Locale } from '../../config/i18n.ts'
import { countNotice, type Caller } from '../sign-in/throttle.ts'
import { queueLetter, type Letter } from './outbox.ts'
import { User } from '../user.ts'

type Recipient = { email?: string | null; emailVerifiedAt?: Date | null }

/** A letter and its language, where it may be sent. */
export type Notice = { letter: Letter; locale: Locale }

/**
 * This letter, if it may be sent. To a mailbox that nobody has confirmed only a few: whoever registers with the address of a
 * stranger would otherwise fill that mailbox by changing a password again and again, or by more accounts. Throws if it can't
 * be counted.
 */
export async function noticeOf(
  letter: Letter,
  { email, emailVerifiedAt }: Recipient,
  caller: Caller,
  locale: Locale,
): Promise<Notice | undefined> {
  const isConfirmed = emailVerifiedAt instanceof Date
  const limit = letter.kind === 'verify-email' ? 'confirmation' : 'unconfirmed'
  const refusal = isConfirmed ? undefined : await countNotice(caller, limit, email ?? '')
  return refusal ? undefined : { letter, locale }
}

/**
 * Tell the owner that failed sign-ins have locked the account, once a day. Only at a confirmed address: another one may be a
 * stranger's. Throws if it can't be counted or kept.
 */
export async function tellOfLock(userId: string, locale: Locale): Promise<void> {
  const user = await User.findById(userId).select('email emailVerifiedAt').lean()
  if (!user?.email || !(user.emailVerifiedAt instanceof Date)) return
  const refusal = await countNotice({ networks: [], isCounted: true }, 'locked', user.email)
  if (!refusal) await queueLetter({ kind: 'account-locked', userId }, locale)
}

/** Put a letter into the outbox, if it may be sent. Throws if it can't be kept. */
export async function queueNotice(...how: Parameters<typeof noticeOf>): Promise<void> {
  const notice = await noticeOf(...how)
  if (notice) await queueLetter(notice.letter, notice.locale)
}
