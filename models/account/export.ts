// Everything that is kept about a user, for that user, as many laws demand.
import { NO_PASSWORD } from '../../lib/password.ts'
import type { SessionStore } from '../../lib/session/store.ts'
import { findOwned } from '../database/collections.ts'
import { accept } from '../result.ts'
import { findWholeActivity } from './activity.ts'
import { findAttempts } from '../sign-in/throttle.ts'
import { findLetters } from '../mail/outbox.ts'
import { findReservations } from '../user/reservation.ts'
import { exportSessions } from '../session.ts'
import { findTokens } from '../mail/token.ts'
import { User, type UserDocument } from '../user.ts'

// That there is a second factor, and which devices are asked for no code; not what would pass for it. Of a passkey all but the
// public key: that is no secret, but nobody has a use for it.
const SECRETS_OF_FACTOR =
  '-twoFactor.secret -twoFactor.recoveryCodes -twoFactor.trusted.hash -pendingTwoFactor.secret -passkeys.publicKey'

/** What is kept about a user, without hashes, which help attackers alone: those of the password, of session ids, of links and of counted addresses. */
export async function exportAccount(userId: string, store: SessionStore) {
  const user = await User.findById(userId)
    .select(`-usernameKey -emailKey -keys -devices.hash ${SECRETS_OF_FACTOR}`)
    .lean<UserDocument | null>()
  const [sessions, activity, counters, tokens, reservations, letters, owned] = await Promise.all([
    exportSessions(store, userId),
    findWholeActivity(userId),
    user ? findAttempts(user) : [],
    findTokens(userId),
    findReservations(userId),
    findLetters(userId, user?.email ?? ''),
    findOwned(userId),
  ])
  const everything = {
    account: user && withoutHash(user),
    sessions,
    events: activity.events,
    signIns: activity.signIns,
    countedAttempts: counters,
    links: tokens.map(({ purpose, seen, expires }) => ({ purpose, seen, expires })),
    reservedNames: reservations,
    lettersWaiting: letters.map(({ _id, ...letter }) => letter),
    ...owned,
  }
  return accept(everything, { event: 'data-exported', userId })
}

function withoutHash({ password, ...account }: UserDocument) {
  return { ...account, hasPassword: password !== NO_PASSWORD }
}
