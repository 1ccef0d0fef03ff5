// The sessions that the site has acknowledged: those that have to be there, and those that must not come back.

export type Promised = 'writes' | 'sessions' | 'resurrection' | 'identity' | 'throttle'
export type Breach = { promise: Promised; what: string }

/** Who was let in where the page does not say. */
export const SOMEBODY = 'somebody'

/** A request that only a session lets in: with which one, when, and who was let in, if anybody. */
export type Visit = { sid: string; began: number; username: string | undefined }

type Session = { username: string; endedAt?: number; isDoubtful: boolean }

/** Times are milliseconds of one clock. A session is named by its cookie's value. */
export class SessionLedger {
  readonly breaches: Breach[] = []
  private readonly sessions = new Map<string, Session>()

  /** A session began, as an answer has said. */
  began(sid: string, username: string): void {
    this.sessions.set(sid, { username, isDoubtful: false })
  }

  /** Something was sent that may end this session. */
  mayEnd(sid: string): void {
    const session = this.sessions.get(sid)
    if (session) session.isDoubtful = true
  }

  /** Its end was acknowledged at this moment. What was asked earlier may still be let in. */
  ended(sid: string, at: number): void {
    const session = this.sessions.get(sid)
    if (session) session.endedAt ??= at
  }

  /** The end of all sessions of somebody but one was acknowledged. Returns those that ended. */
  othersEnded(username: string, at: number, kept?: string): string[] {
    const others = this.othersOf(username, kept)
    for (const sid of others) this.ended(sid, at)
    return others
  }

  /** The sessions of somebody that have not ended, without one of them. */
  othersOf(username: string, kept?: string): string[] {
    return this.where(
      (one, sid) => one.username === username && one.endedAt === undefined && sid !== kept,
    )
  }

  /** A page of members was asked for and plainly answered: it was shown, or the visitor was sent to the sign-in. */
  seen({ sid, began, username }: Visit, at: number): void {
    const session = this.sessions.get(sid)
    if (!session) {
      if (username) this.breach('identity', `${username} was let in without a sign-in`)
    } else if (username === undefined) {
      const isLost = session.endedAt === undefined && !session.isDoubtful
      if (isLost) this.breach('sessions', `a session of ${session.username} was lost`)
      this.ended(sid, at)
    } else if (username !== session.username && username !== SOMEBODY) {
      this.breach('identity', `${session.username} was shown the page of ${username}`)
    } else if (session.endedAt !== undefined && began > session.endedAt) {
      this.breach('resurrection', `a session of ${session.username} came back after its end`)
    }
  }

  /** The sessions that have to be there now. */
  alive(): string[] {
    return this.where((one) => one.endedAt === undefined && !one.isDoubtful)
  }

  /** The sessions that must not let anybody in any more. */
  over(): string[] {
    return this.where((one) => one.endedAt !== undefined)
  }

  protected breach(promise: Promised, what: string): void {
    this.breaches.push({ promise, what })
  }

  private where(matches: (session: Session, sid: string) => boolean): string[] {
    return [...this.sessions].filter(([sid, one]) => matches(one, sid)).map(([sid]) => sid)
  }
}
