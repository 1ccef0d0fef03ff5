// What the store has to be told about the sessions it keeps: whose they are and how long they live.
import type { SessionData } from 'express-session'
import { clockNow, type Clock } from './clock.ts'

export type Lifetime = {
  /** Milliseconds without a request after which a session ends whose cookie has no lifetime of its own. */
  idle: number
  /** Whose session it is, so that it can be found by its owner. */
  ownerOf?: (data: Partial<SessionData>) => string | undefined
  /** When it ends at the latest. */
  endOf?: (data: Partial<SessionData>) => Date | undefined
}

/** Milliseconds without a request after which this session ends. */
export function idleOf(session: SessionData, { idle }: Lifetime): number {
  return session.cookie.originalMaxAge ?? idle
}

/** The clock of this session as a request now sets it. */
export function clockOf(session: SessionData, lifetime: Lifetime): Clock {
  return clockNow(idleOf(session, lifetime), lifetime.endOf?.(session))
}

/** What its document says of a new session beside the data: the clock, the owner, the latest end. */
export function factsOf(session: SessionData, lifetime: Lifetime) {
  const owner = lifetime.ownerOf?.(session)
  const endsAt = lifetime.endOf?.(session)
  return {
    ...clockOf(session, lifetime),
    ...(owner ? { owner } : {}),
    ...(endsAt ? { endsAt } : {}),
  }
}
