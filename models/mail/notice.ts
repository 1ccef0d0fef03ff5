// Letters that come by themselves: what was done at an account, for its owner to know.
import { ObjectId } from 'mongodb'
import type { Locale } from '../../config/i18n.ts'
import { deviceOf } from '../../lib/http/device.ts'
import { isNoted, note, type Counter } from '../sign-in/counters.ts'
import { hashOf, keyOfPair } from '../sign-in/keys.ts'
import { countNotice, type Caller } from '../sign-in/throttle.ts'
import { queueLetter, type Letter } from './outbox.ts'
import { User } from '../user.ts'

type Recipient = { email?: string | null; emailVerifiedAt?: Date | null }

// By no network: strangers share one with the owner, and could use up what its letters have.
const EVERYWHERE: Caller = { networks: [], isCounted: true }

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
  const email = await findConfirmedEmail(userId)
  if (email === undefined) return
  const refusal = await countNotice(EVERYWHERE, 'locked', email)
  if (!refusal) await queueLetter({ kind: 'account-locked', userId }, locale)
}

/**
 * Tell the owner of a sign-in with a browser that the account does not know, once a day for each browser and address, and only
 * at a confirmed address. It is noted after it is kept: a cut in between may send it twice, never not at all. Throws if it
 * can't be counted or kept.
 */
export async function tellOfNewDevice(
  userId: string,
  { address, agent }: { address: string; agent: string },
  locale: Locale,
): Promise<void> {
  const email = await findConfirmedEmail(userId)
  const place = keyOfPair(userId, `${address} ${agent}`)
  const told: Counter[] = [['newDevice', place]]
  if (email === undefined || (await isNoted(told))) return
  const refusal = await countNotice(EVERYWHERE, 'newDevices', email)
  if (refusal) return
  // Only a name that the site itself has for the browser: the header may hold any text, for its owner to read in a letter of ours.
  const letter = { kind: 'new-device' as const, userId, address, device: deviceOf(agent) }
  await queueLetter(letter, locale, new ObjectId(hashOf(place).slice(0, 24))) // one, of parallel sign-ins
  await note(told)
}

/** Put a letter into the outbox, if it may be sent. Throws if it can't be kept. */
export async function queueNotice(...how: Parameters<typeof noticeOf>): Promise<void> {
  const notice = await noticeOf(...how)
  if (notice) await queueLetter(notice.letter, notice.locale)
}

async function findConfirmedEmail(userId: string): Promise<string | undefined> {
  const user = await User.findById(userId).select('email emailVerifiedAt').lean()
  return user?.emailVerifiedAt instanceof Date ? (user.email ?? undefined) : undefined
}
