// What the site has acknowledged: accounts, passwords, and sessions that have to be there or must not come back. It notices every broken promise.
import { codeAt, timeOfStep } from '../../lib/totp.ts'
import type { Fields } from '../visitor.ts'
import type { Promises } from './observations.ts'

type Account = { isCertain: boolean; passwords: string[]; app?: App | undefined }
type App = { secret: string; isCertain: boolean; lastStep: number; recoveryCodes: string[] }
type Session = { username: string; endedAt?: number; isDoubtful: boolean }

const WRITES = 'no acknowledged registration or password is lost'
const SESSIONS = 'no session is lost that nobody ended'
const RESURRECTION = 'no session comes back after its end'
const IDENTITY = 'nobody is shown the page of somebody else'
const FACTOR = 'a password alone never shows a page of somebody who has an app'
const ONCE = 'no code of an app and no recovery code counts twice'
const THROTTLE = 'wrong passwords are counted, whoever counts and whatever dies'

/** Times are milliseconds of one clock. A session is named by its cookie's value. */
export class Ledger {
  readonly promises: Promises = Object.fromEntries(
    [WRITES, SESSIONS, RESURRECTION, IDENTITY, FACTOR, ONCE, THROTTLE].map((promise) => [
      promise,
      [],
    ]),
  )
  private readonly accounts = new Map<string, Account>()
  private readonly sessions = new Map<string, Session>()

  /** A registration was sent: until it is acknowledged there may be such an account or not. */
  mayBeRegistered(username: string, password: string): void {
    this.accounts.set(username, { isCertain: false, passwords: [password] })
  }

  members(): string[] {
    return [...this.accounts].filter(([, { isCertain }]) => isCertain).map(([name]) => name)
  }

  /** The passwords that may count; none for an unknown account. */
  passwordsOf(username: string): string[] {
    return [...(this.accounts.get(username)?.passwords ?? [])]
  }

  /** A change of the password was sent: until it is acknowledged either may count, and any session may have ended. */
  mayChange(username: string, password: string): void {
    this.accounts.get(username)?.passwords.push(password)
    for (const sid of this.openOf(username)) this.mayEnd(sid)
  }

  /** A password was acknowledged, by a registration, by a change or because it was let in; an account that was seen has to stay. */
  accepted(username: string, password: string): void {
    if (this.passwordsOf(username).includes(password)) {
      const { app } = this.accounts.get(username) ?? {}
      this.accounts.set(username, { isCertain: true, passwords: [password], app })
    } else {
      this.breach(WRITES, `${username} got in by a password that does not count`)
    }
  }

  allRefused(username: string): void {
    if (this.accounts.get(username)?.isCertain) {
      this.breach(WRITES, `${username} can't get in by any password that may count`)
    }
  }

  /** So many wrong passwords were looked at, from one address in a row; the site promises no more than `max`. */
  guessed(username: string, looked: number, max: number): void {
    if (looked <= max) return
    this.breach(THROTTLE, `${looked} wrong passwords of ${username} were looked at`)
  }

  /** The code of this step was sent, to let an app count: until it is acknowledged, it may count or not. */
  appMayBeOn(username: string, secret: string, lastStep: number): void {
    const account = this.accounts.get(username)
    if (account) account.app = { secret, isCertain: false, lastStep, recoveryCodes: [] }
  }

  /** The app counts: it was acknowledged, with these recovery codes, or it was asked for. */
  appIsOn(username: string, recoveryCodes?: string[]): void {
    const { app } = this.accounts.get(username) ?? {}
    if (app) Object.assign(app, { isCertain: true, ...(recoveryCodes ? { recoveryCodes } : {}) })
  }

  /** True if an app counts for certain, and false if there is none; undefined if that is not known. */
  hasApp(username: string): boolean | undefined {
    const { app } = this.accounts.get(username) ?? {}
    return app ? app.isCertain || undefined : false
  }

  /** What can be shown beside the password and was never sent: a code of the app, or a recovery code. Undefined before the next step. */
  nextProof(username: string, now = stepAt(Date.now())): Fields | undefined {
    const { app } = this.accounts.get(username) ?? {}
    if (!app) return undefined
    const step = Math.max(app.lastStep + 1, now)
    const recovery = step > now ? app.recoveryCodes.pop() : undefined
    if (recovery !== undefined) return { recovery }
    if (step > now + 1) return undefined
    app.lastStep = step
    return { code: codeAt(app.secret, timeOfStep(step).getTime()) }
  }

  /** Somebody was let in, or shown a page of a member, after the password and nothing else. */
  passedByPassword(username: string): void {
    const account = this.accounts.get(username)
    if (account?.app?.isCertain) this.breach(FACTOR, `${username} was asked for no code`)
    else if (account) account.app = undefined // so the app that may have counted does not
  }

  /** One code was sent in several requests, so many of which were let in. */
  sentOften(username: string, letIn: number): void {
    if (letIn > 1) this.breach(ONCE, `a code of ${username} counted ${letIn} times`)
  }

  began(sid: string, username: string): void {
    this.sessions.set(sid, { username, isDoubtful: false })
  }

  mayEnd(sid: string): void {
    const session = this.sessions.get(sid)
    if (session) session.isDoubtful = true
  }

  /** Its end was acknowledged at this moment. What was asked earlier may still be let in. */
  ended(sid: string, at: number): void {
    const session = this.sessions.get(sid)
    if (session) session.endedAt ??= at
  }

  /** The sessions of somebody that have not ended, or whose end was not acknowledged. */
  openOf(username: string): string[] {
    return this.sessionsThat((one) => one.username === username && one.endedAt === undefined)
  }

  /**
   * A members' page was asked for and plainly answered: the page of this user was shown, or of one who is not named (null),
   * or the visitor was sent to the sign-in (undefined).
   */
  seen(sid: string, began: number, ended: number, username: string | null | undefined): void {
    const session = this.sessions.get(sid)
    if (!session) {
      const isLetIn = username !== undefined
      if (isLetIn) this.breach(IDENTITY, `${username ?? 'somebody'} was let in without a sign-in`)
    } else if (username === undefined) {
      const isLost = session.endedAt === undefined && !session.isDoubtful
      if (isLost) this.breach(SESSIONS, `a session of ${session.username} was lost`)
      this.ended(sid, ended)
    } else if (username !== null && username !== session.username) {
      this.breach(IDENTITY, `${session.username} was shown the page of ${username}`)
    } else if (session.endedAt !== undefined && began > session.endedAt) {
      this.breach(RESURRECTION, `a session of ${session.username} came back after its end`)
    }
  }

  alive(): string[] {
    return this.sessionsThat((one) => one.endedAt === undefined && !one.isDoubtful)
  }

  /** The sessions that must not let anybody in any more: all, or those of one user. */
  over(username?: string): string[] {
    return this.sessionsThat(
      (one) => one.endedAt !== undefined && one.username === (username ?? one.username),
    )
  }

  private sessionsThat(matches: (session: Session) => boolean): string[] {
    return [...this.sessions].filter(([, one]) => matches(one)).map(([sid]) => sid)
  }

  private breach(promise: string, what: string): void {
    this.promises[promise]?.push(what)
  }
}

/** The step of the apps' codes at this time. */
export function stepAt(time: number): number {
  return Math.floor(time / timeOfStep(1).getTime())
}
