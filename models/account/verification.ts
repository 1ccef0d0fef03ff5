// How an address is confirmed: its owner follows the link that was mailed to it.
import type { Locale } from '../../config/i18n.ts'
import { accept, type Result } from '../result.ts'
import type { SecurityEvent } from '../security-event.ts'
import { countMail, type Caller } from '../sign-in/throttle.ts'
import { queueLetter } from '../mail/outbox.ts'
import { findToken, takeToken, type Token } from '../mail/token.ts'
import { User, type UserDocument } from '../user.ts'

/** Put a letter with a new link into the outbox. Throws if it can't be stored. */
export async function requestVerification(
  { id, email }: { id: string; email: string },
  locale: Locale,
  caller: Caller,
): Promise<Result<undefined>> {
  const refusal = await countMail(caller, 'confirmation', email)
  if (refusal) return refusal
  await queueLetter({ kind: 'verify-email', userId: id }, locale)
  return accept(undefined)
}

/** Which account's address this link confirms; undefined if it does not count. Looking does not use it up. */
export async function findVerification(
  token: string,
): Promise<{ username: string; email: string } | undefined> {
  const found = await findToken('verify-email', token)
  const user = found && (await User.findOne(asSeen(found)).lean<UserDocument | null>())
  return user ? { username: user.username, email: user.email ?? '' } : undefined
}

/** Confirm the address; undefined if the link does not count. Of parallel requests one gets through. */
export async function verifyEmail(token: string): Promise<{ events: SecurityEvent[] } | undefined> {
  const found = await findToken('verify-email', token)
  if (!found) return undefined
  const verified = { $set: { emailVerifiedAt: new Date() } }
  const { matchedCount } = await User.updateOne(asSeen(found), verified)
  // Used up last: where this is cut off before, the link still counts.
  const taken = matchedCount > 0 && (await takeToken('verify-email', token))
  const { userId } = found
  return taken ? { events: [{ event: 'email-verified', userId }] } : undefined
}

// With the address that the link was mailed to: another one is not confirmed by it.
function asSeen({ userId, seen }: Token) {
  return { _id: userId, emailKey: seen.emailKey ?? null }
}
