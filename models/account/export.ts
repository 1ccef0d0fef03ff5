// Everything that is kept about a user, for that user, as many laws demand.
import type { SessionStore } from '../../lib/session/store.ts'
import { accept } from '../result.ts'
import { findActivity } from './activity.ts'
import { findFailures } from '../sign-in/counters.ts'
import { outbox } from '../mail/outbox.ts'
import { findReservations } from '../user/reservation.ts'
import { findUserSessions } from '../session.ts'
import { findTokens } from '../mail/token.ts'
import { User } from '../user.ts'

/** What is kept about a user, without hashes: those of the password, of session ids and of links help attackers alone. */
export async function exportAccount(userId: string, store: SessionStore, sessionId: string) {
  const [user, sessions, activity, failures, tokens, reservations, letters] = await Promise.all([
    User.findById(userId).select('-_id -password -usernameKey -emailKey').lean(),
    findUserSessions(store, userId, sessionId),
    findActivity(userId),
    findFailures(userId),
    findTokens(userId),
    findReservations(userId),
    outbox().find({ 'letter.userId': userId }).toArray(),
  ])
  const everything = {
    account: user,
    sessions: sessions.map(({ id: _hash, ...session }) => session),
    events: activity.events,
    signInsPerDay: activity.days,
    failedSignInsSinceLast: failures ?? null,
    links: tokens.map(({ purpose, expires }) => ({ purpose, expires })),
    reservedNames: reservations,
    lettersWaiting: letters.map(({ letter, createdAt }) => ({ kind: letter.kind, createdAt })),
  }
  return accept(everything, { event: 'data-exported', userId })
}
