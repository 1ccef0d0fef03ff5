// When a session ends: after a time without a request, at the latest at a fixed time, and when the clock has to be written.
import { MINUTE } from '../../config/session.ts'

// An ended session is kept this long, empty of data, so that its owner can be told why it ended.
const KEPT_FOR_THE_REASON = 10 * MINUTE

export type Clock = { lastActive: Date; expires: Date; purgeAt: Date }

/** The filter for sessions that have not run out, which the index on `purgeAt` answers alone. One that somebody ended is among them. */
export function notRunOut(): { purgeAt: { $gt: Date } } {
  return { purgeAt: { $gt: new Date(Date.now() + KEPT_FOR_THE_REASON) } }
}

/** How long after its last writing the clock is written again, in milliseconds: a minute, or a tenth of a shorter idle time. */
export function tickOf(idle: number): number {
  return Math.min(MINUTE, idle / 10)
}

/** True if a request at this moment has to write the clock. */
export function isDue(lastActive: Date, idle: number): boolean {
  return Date.now() - lastActive.getTime() >= tickOf(idle)
}

/**
 * The clock as a request now sets it. One tick is added to the idle time, because requests within a tick leave the clock
 * as it is: whoever is active is never signed out by that, and who is idle at most a tick late.
 */
export function clockNow(idle: number, endsAt: Date | undefined): Clock {
  const lastActive = new Date()
  const idlesOut = lastActive.getTime() + idle + tickOf(idle)
  const expires = new Date(Math.min(idlesOut, endsAt?.getTime() ?? idlesOut))
  return { lastActive, expires, purgeAt: new Date(expires.getTime() + KEPT_FOR_THE_REASON) }
}
