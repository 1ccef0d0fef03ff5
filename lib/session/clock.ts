// When a session ends: after a time without a request, at the latest at a fixed time, and when the clock has to be written.
import type { SessionData } from 'express-session'
import { MINUTE } from '../../config/time.ts'

// An ended session is kept this long, empty of data, so that its owner can be told why it ended.
const KEPT_FOR_THE_REASON = 10 * MINUTE

export type Clock = { lastActive: Date; expires: Date; purgeAt: Date }

/** What the store has to be told about the sessions it keeps: whose they are and how long they live. */
export type Lifetime = {
  /** Milliseconds without a request after which a session ends whose cookie has no lifetime of its own. */
  idle: number
  /** Whose session it is, so that it can be found by its owner. */
  ownerOf?: (data: Partial<SessionData>) => string | undefined
  /** When it ends at the latest. */
  endOf?: (data: Partial<SessionData>) => Date | undefined
}

/** The filter for sessions that have not run out, which the index on `purgeAt` answers alone. One that somebody ended is among them. */
export function notRunOut(): { purgeAt: { $gt: Date } } {
  return { purgeAt: { $gt: new Date(Date.now() + KEPT_FOR_THE_REASON) } }
}

/** How long after its last writing the clock is written again, in milliseconds: a minute, or a tenth of a shorter idle time. */
export function tickOf(idle: number): number {
  return Math.min(MINUTE, idle / 10)
}

/** True if a request at this moment has to write the clock. */
export function isDue(lastActive: Date, session: SessionData, lifetime: Lifetime): boolean {
  return Date.now() - lastActive.getTime() >= tickOf(idleOf(session, lifetime))
}

/**
 * The clock of this session as a request now sets it. One tick is added to the idle time, because requests within a tick
 * leave the clock as it is: whoever is active is never signed out by that, and whoever is idle at most a tick late.
 */
export function clockOf(session: SessionData, lifetime: Lifetime): Clock {
  const lastActive = new Date()
  const idle = idleOf(session, lifetime)
  const idlesOut = lastActive.getTime() + idle + tickOf(idle)
  const expires = new Date(Math.min(idlesOut, lifetime.endOf?.(session)?.getTime() ?? idlesOut))
  return { lastActive, expires, purgeAt: new Date(expires.getTime() + KEPT_FOR_THE_REASON) }
}

/** What the document of a new session holds beside the data: the clock, the owner, the latest end. */
export function metadataOf(session: SessionData, lifetime: Lifetime) {
  const owner = lifetime.ownerOf?.(session)
  const endsAt = lifetime.endOf?.(session)
  return {
    ...clockOf(session, lifetime),
    ...(owner ? { owner } : {}),
    ...(endsAt ? { endsAt } : {}),
  }
}

function idleOf(session: SessionData, { idle }: Lifetime): number {
  return session.cookie.originalMaxAge ?? idle
}
