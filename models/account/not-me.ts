// "This wasn't me": whoever reads in a letter of what they have not done ends what was opened, and begins a reset.
import type { Filter } from 'mongodb'
import type { Locale } from '../../config/i18n.ts'
import type { SessionDocument } from '../../lib/session/documents.ts'
import type { SessionStore } from '../../lib/session/store.ts'
import { queueLetter } from '../mail/outbox.ts'
import {
  endTokens,
  findToken,
  isTokenGone,
  takeToken,
  tokenTtl,
  type Token,
} from '../mail/token.ts'
import type { SecurityEvent } from '../security-event.ts'
import { User, type UserDocument } from '../user.ts'
import { begin, done, type Unfinished } from './unfinished.ts'

/** The username of the account that this link protects; undefined if it does not count. Looking does not use it up. */
export async function findNotMe(token: string): Promise<string | undefined> {
  const found = await findToken('not-me', token)
  return found && (await findUser(found))?.username
}

/**
 * Use the link: every session ends, no device is known or trusted any more, passkeys of the last days are removed, and the
 * confirmed address gets a link to replace the password. Undefined if the link does not count; of parallel requests one gets
 * through. An app stays, since a mailbox alone must not take a factor away. The password still counts: a letter that is a week
 * old must not be enough to set another one.
 */
export async function reportNotMe(
  token: string,
  store: SessionStore,
  locale: Locale,
): Promise<{ userId: string; events: SecurityEvent[] } | undefined> {
  const found = await findToken('not-me', token)
  const user = found && (await findUser(found))
  if (!user) return undefined
  const { _id: link, userId } = found
  const letter = { kind: 'password-reset' as const, email: user.email ?? '' }
  const rest = { kind: 'not-me' as const, userId, link, askedAt: new Date() }
  const begun = await begin({ ...rest, notice: { letter, locale } })
  if (await takeToken('not-me', token)) {
    const count = await finishNotMe(begun, store)
    return { userId, events: [{ event: 'not-me', userId, count }] }
  } else {
    await done(begun)
    return undefined
  }
}

/**
 * End what somebody else may have opened, if the link is used up, and send the other one. With it goes a change of the address
 * that still waits: it would let the reset go to nobody. Returns how many sessions ended.
 */
export async function finishNotMe(
  begun: Unfinished<'not-me'>,
  store: SessionStore,
  which: Filter<SessionDocument> = {},
): Promise<number> {
  const { _id, userId, link, askedAt, notice } = begun
  let count = 0
  if ((await isTokenGone(link)) && (await User.exists({ _id: userId }))) {
    await User.updateOne(
      { _id: userId },
      {
        // Not one device is known: the owner hears of the next sign-in on each of them. A sign-in that is under way ends too.
        $set: { devices: [], twoFactorChangedAt: new Date() },
        $unset: { pendingEmail: 1, 'twoFactor.trusted': 1 },
        // Otherwise a thief of a session would add one, and come in by it after a new password too. An older one, whose letter has
        // been there for longer than its link counts, is the owner's.
        $pull: { passkeys: { madeAt: { $gt: new Date(askedAt.getTime() - tokenTtl['not-me']) } } },
      },
    )
    count = await store.end({ ...which, owner: userId }, 'elsewhere')
    await endTokens(userId, 'email-change')
    await endTokens(userId, 'not-me') // those of the other letters: one of them is enough
    if (notice) await queueLetter(notice.letter, notice.locale, _id)
  }
  await done(begun)
  return count
}

// With another address since then the link counts no more: its reader may not be the owner. Another password makes no
// difference: whoever took the account over may have set it.
async function findUser({ userId, seen }: Token): Promise<UserDocument | null> {
  const asSeen = { _id: userId, emailKey: seen.emailKey ?? null, lockedAt: null }
  return User.findOne({ ...asSeen, emailVerifiedAt: { $type: 'date' } }).lean<UserDocument | null>()
}
