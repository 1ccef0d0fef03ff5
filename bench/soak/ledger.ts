// What the site has acknowledged: accounts, passwords, and sessions that have to be there or must not come back. It notices every broken promise.

export type Promised = 'writes' | 'sessions' | 'resurrection' | 'identity' | 'throttle'
export type Breach = { promise: Promised; what: string }
/** A request that only a session lets in: with which one, when, and who was let in, if anybody. */
export type Visit = { sid: string; began: number; username: string | undefined }

type Account = { isCertain: boolean; passwords: string[] }
type Session = { username: string; endedAt?: number; isDoubtful: boolean }

/** Who was let in where the page does not say. */
export const SOMEBODY = 'somebody'

/** Times are milliseconds of one clock. A session is named by its cookie's value. */
export class Ledger {
  readonly breaches: Breach[] = []
  private readonly accounts = new Map<string, Account>()
  private readonly sessions = new Map<string, Session>()

  /** A registration was sent: until it is acknowledged there may be such an account or not. */
  mayBeRegistered(username: string, password: string): void {
    this.accounts.set(username, { isCertain: false, passwords: [password] })
  }

  /** A registration was acknowledged, or the name was found to be taken by it. */
  registered(username: string): void {
    const account = this.accounts.get(username)
    if (account) account.isCertain = true
  }

  /** True for an account that has to be there. */
  isRegistered(username: string): boolean {
    return this.accounts.get(username)?.isCertain === true
  }

  /** The accounts that have to be there. */
  members(): string[] {
    return [...this.accounts.keys()].filter((username) => this.isRegistered(username))
  }

  /** The passwords that may count; none for an unknown account. */
  passwordsOf(username: string): string[] {
    return [...(this.accounts.get(username)?.passwords ?? [])]
  }

  /** A change of the password was sent: until it is acknowledged either may count, and any session may have ended. */
  mayChange(username: string, password: string): void {
    this.accounts.get(username)?.passwords.push(password)
    for (const sid of this.othersOf(username)) this.mayEnd(sid)
  }

  /** A change was acknowledged, or one of several passwords was found to be the one that counts. */
  changed(username: string, password: string): void {
    const account = this.accounts.get(username)
    if (account) account.passwords = [password]
  }

  /** A sign-in was let in: an account that was seen has to stay. */
  accepted(username: string, password: string): void {
    if (this.passwordsOf(username).includes(password)) {
      this.registered(username)
    } else {
      this.breach('writes', `${username} got in by a password that does not count`)
    }
  }

  /** A sign-in was refused because of its name or password. */
  refused(username: string, password: string): void {
    if (this.isRegistered(username) && this.passwordsOf(username).join('\n') === password) {
      this.breach('writes', `${username} can't get in by the password that was acknowledged last`)
    }
  }

  /** None of the passwords that may count was let in. */
  allRefused(username: string): void {
    if (this.isRegistered(username)) {
      this.breach('writes', `${username} can't get in by any password that was ever acknowledged`)
    }
  }

  /** So many wrong passwords were looked at, from one address in a row; the site promises no more than `max`. */
  guessed(username: string, looked: number, max: number): void {
    if (looked > max)
      this.breach('throttle', `${looked} wrong passwords of ${username} were looked at`)
  }

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
    return this.sessionsThat(
      (one) => one.username === username && one.endedAt === undefined,
    ).filter((sid) => sid !== kept)
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
    return this.sessionsThat((one) => one.endedAt === undefined && !one.isDoubtful)
  }

  /** The sessions that must not let anybody in any more. */
  over(): string[] {
    return this.sessionsThat((one) => one.endedAt !== undefined)
  }

  private sessionsThat(matches: (session: Session) => boolean): string[] {
    return [...this.sessions].filter(([, one]) => matches(one)).map(([sid]) => sid)
  }

  private breach(promise: Promised, what: string): void {
    this.breaches.push({ promise, what })
  }
}
