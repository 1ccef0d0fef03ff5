// A user of the soak: somebody with an account, or without one yet, at two browsers, and what an answer tells about a session.
import { Browser, isTaken, type Outcome, type Soak } from './browser.ts'
import { SOMEBODY } from './ledger.ts'
import type { Random } from './random.ts'

export type User = {
  soak: Soak
  random: Random
  username: string
  here: Browser
  there: Browser
  /** The cookies of sessions that have ended. */
  endedSessions: string[]
  /** When a change that was cut off has happened or never will. */
  settledAt: number
}

const NAME = /\bsoaker-\d+-[0-9a-z]+\b/

let numbers = 0

/** Somebody without an account. */
export function newUser(soak: Soak, random: Random): User {
  const here = new Browser(soak)
  const there = new Browser(soak, here.address)
  const user = { soak, random, here, there, username: '', endedSessions: [], settledAt: 0 }
  becomeAnother(user)
  return user
}

/** Leave the account as it is, sessions and all, and be somebody new at fresh browsers. */
export function becomeAnother(user: User): void {
  user.username = `soaker-${++numbers}-${user.random.between(0, 1e6).toString(36)}`
  user.here.forget()
  user.there.forget()
}

/** A password that is nobody's yet. */
export function newPassword({ random }: User): string {
  return `a lantern ${++numbers} in cave ${random.between(0, 1e6)}`
}

/** Read a page that only a session opens. */
export async function visit(
  user: User,
  browser: Browser,
  kind: string,
  path: string,
  timeout?: number,
): Promise<void> {
  const { sid } = browser
  see(user, browser, sid, await browser.read(kind, path, timeout))
}

/** Open the form of a page that only a session opens. */
export async function openForm(user: User, browser: Browser, kind: string, path: string) {
  const { sid } = browser
  const { outcome, form } = await browser.open(kind, path)
  see(user, browser, sid, outcome)
  return form
}

/** Note in the ledger what an answer says about the session that it was asked with; false if nobody was let in. */
export function noteVisit({ ledger, observations }: Soak, sid: string, outcome: Outcome): boolean {
  const { status, began, ended, text, headers } = outcome
  const isRefused = isTaken(outcome) && headers.location?.startsWith('/login') === true
  if (isRefused) {
    ledger.seen({ sid, began, username: undefined }, ended)
  } else if (status === 200) {
    const [username = SOMEBODY] = NAME.exec(text) ?? []
    ledger.seen({ sid, began, username }, ended)
  } else {
    observations.expect('page', outcome, [], 'a page was neither shown nor refused')
  }
  return !isRefused
}

// The same for a user at a browser: a session that is over loses its cookie too.
function see(user: User, browser: Browser, sid: string, outcome: Outcome): void {
  const isLetIn = noteVisit(user.soak, sid, outcome)
  if (!isLetIn && browser.isSignedIn && ['', sid].includes(browser.sid)) {
    browser.isSignedIn = false
    user.endedSessions.push(sid)
  }
}
