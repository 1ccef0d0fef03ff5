// The challenge that a passkey signs: kept in the session, and counted once.
import type { SessionData } from 'express-session'
import type { SessionStore } from '../../lib/session/store.ts'

/** What a passkey may be used for with it: a challenge to sign in must not serve to add a passkey. */
export type ChallengePurpose = 'creation' | 'sign-in' | 'second-factor' | 'confirmation'
export type Challenge = { purpose: ChallengePurpose; expires: Date }

/** The key in a session's data of a challenge. Each has its own, so that tabs do not overwrite each other's. */
export type ChallengeKey = `challenge-${string}`

/** The key of this challenge. */
export function challengeKey(challenge: string): ChallengeKey {
  return `challenge-${challenge}`
}

/** The keys of all challenges in a session's data, the oldest first. */
export function challengeKeys(session: Partial<SessionData>): ChallengeKey[] {
  const keys = Object.keys(session).filter((key): key is ChallengeKey =>
    key.startsWith('challenge-'),
  )
  return keys.sort((one, other) => Number(session[one]?.expires) - Number(session[other]?.expires))
}

/**
 * Take a challenge out of a session: undefined if it is not there, too old, or for something else. It is removed in the same
 * step that reads it, so that of many parallel answers to one challenge a single one is looked at.
 */
export async function takeChallenge(
  store: SessionStore,
  sessionId: string,
  session: Partial<SessionData>,
  sent: string,
  purpose: ChallengePurpose,
): Promise<string | undefined> {
  // It becomes a part of a key in the database: nothing but what looks like a challenge does.
  if (!/^[\w-]{43}$/.test(sent)) return undefined
  const found = await store.take(sessionId, session, challengeKey(sent))
  return found?.purpose === purpose && found.expires > new Date() ? sent : undefined
}
