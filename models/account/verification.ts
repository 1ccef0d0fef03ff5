// How an address is confirmed: its owner follows the link that was mailed to it.
import type { Locale } from '../../config/i18n.ts'
import { countMail, type Caller, type Throttled } from '../sign-in/throttle.ts'
import { emailKey } from '../user/email.ts'
import { queueLetter } from '../mail/outbox.ts'
import { findToken, takeToken, type Token } from '../mail/token.ts'
import { User, type UserDocument } from '../user.ts'

/** Ask for a new link to this person's address. Throws if the wish can't be kept. */
export async function askForVerification(
  { id, email }: { id: string; email: string },
  locale: Locale,
  caller: Caller,
): Promise<{ ok: true } | Throttled> {
  const refusal = await countMail(caller, emailKey(email))
  if (refusal) {
    return refusal
  } else {
    await queueLetter({ kind: 'verify-email', userId: id }, locale)
    return { ok: true }
  }
}

/** Which account's address this link confirms; undefined if it does not count. Looking does not use it up. */
export async function findVerification(
  token: string,
): Promise<{ username: string; email: string } | undefined> {
  const found = await findToken('verify-email', token)
  const user = found && (await User.findOne(asSeen(found)).lean<UserDocument | null>())
  return user ? { username: user.username, email: user.email ?? '' } : undefined
}

/** Confirm the address and return whose it is; undefined if the link does not count. Of parallel requests one gets through. */
export async function verifyEmail(token: string): Promise<string | undefined> {
  const taken = await takeToken('verify-email', token)
  if (!taken) {
    return undefined
  } else {
    const verified = { $set: { emailVerifiedAt: new Date() } }
    const { modifiedCount } = await User.updateOne(asSeen(taken), verified)
    return modifiedCount > 0 ? taken.userId : undefined
  }
}

// With the address that the link was mailed to: another one is not confirmed by it.
function asSeen({ userId, seen }: Token) {
  return { _id: userId, emailKey: seen.emailKey ?? null }
}
