// A user of the soak, at two browsers: somebody with an account, or without one yet, and how such a user comes in.
import { attemptLimits } from '../../config/limits.ts'
import { newAddress } from '../visitor.ts'
import { isAskedForCode, passFactor } from './app.ts'
import { Browser, isTaken, leaveIfBroken, type Manner, type Soak } from './browser.ts'
import type { Outcome } from './observations.ts'
import type { Random } from './random.ts'

export type User = { soak: Soak; random: Random; username: string; here: Browser; there: Browser }

let numbers = 0

/** Somebody without an account. */
export function newUser(soak: Soak, random: Random): User {
  const here = new Browser(soak)
  const user = { soak, random, here, there: new Browser(soak, here.address), username: '' }
  becomeAnother(user)
  return user
}

/** Leave the account as it is, sessions and all, and be somebody new at fresh browsers. */
export function becomeAnother(user: User): void {
  user.username = `soaker-${++numbers}-${user.random.between(0, 1e6)}`
  user.here.forget()
  user.there.forget()
}

/** A password that is nobody's yet. */
export function newPassword({ random }: User): string {
  return `a lantern ${++numbers} in cave ${random.between(0, 1e6)}`
}

/** True if this browser of the user has a session that has not ended. */
export function isSignedIn({ soak, username }: User, browser: Browser): boolean {
  return soak.ledger.openOf(username).includes(browser.sid)
}

/** Register; where an earlier try was cut off, it may be found that it was taken. */
export async function register(user: User, manner: Manner): Promise<void> {
  const { username, here } = user
  const { ledger, observations } = user.soak
  const { form } = await here.open('register', '/register')
  if (!form) return
  const [earlier] = ledger.passwordsOf(username)
  const password = earlier ?? newPassword(user)
  if (earlier === undefined) ledger.mayBeRegistered(username, password)
  const fields = { username, email: `${username}@example.com`, password }
  const outcome = await here.submit('register', form, fields, manner)
  if (isTaken(outcome) || (earlier !== undefined && outcome.status === 422)) {
    ledger.accepted(username, password)
  } else {
    leaveIfBroken(here, outcome)
    observations.expect('register', outcome, [303, 429], 'a good registration was refused')
  }
}

/**
 * Sign in with the password that counts, or with each that may count after a change that was cut off. Returns whether one
 * was let in; undefined if that is not known.
 */
export async function signIn(
  { soak, username }: Pick<User, 'soak' | 'username'>,
  browser: Browser,
  manner?: Manner,
): Promise<boolean | undefined> {
  const { ledger, observations } = soak
  for (const password of ledger.passwordsOf(username)) {
    const { outcome, form } = await browser.open('sign in', '/login')
    if (isTaken(outcome)) browser.forget() // so an earlier sign-in was taken, after all
    if (!form) return undefined
    const answer = await browser.submit('sign in', form, { username, password }, manner)
    if (isTaken(answer)) {
      ledger.accepted(username, password)
      if (isAskedForCode(answer)) return passFactor({ soak, username }, browser, manner)
      ledger.passedByPassword(username)
      ledger.began(browser.sid, username)
      return true
    }
    // Sign-ins that were cut off stay counted as failed: after too many one waits, or comes from elsewhere.
    if (answer.status === 429) browser.address = newAddress()
    leaveIfBroken(browser, answer)
    if (!isWrongPassword(answer)) {
      observations.expect('sign in', answer, [429], 'a good sign-in was refused')
      return undefined
    }
  }
  ledger.allRefused(username)
  return false
}

/** Guess this user's password from somewhere else, until the throttle stops it. */
export async function guessPassword({ soak, username, random }: User): Promise<void> {
  const browser = new Browser(soak)
  const { points } = attemptLimits.name
  let looked = 0
  for (let tries = 0; tries < points + 2 && !soak.over.aborted; tries++) {
    const { form } = await browser.open('guess', '/login')
    if (!form) continue
    const password = `a wrong guess ${random.between(0, 1e9)}`
    const outcome = await browser.submit('guess', form, { username, password })
    if (isWrongPassword(outcome)) looked++
    if (isTaken(outcome)) soak.ledger.accepted(username, password)
    if (outcome.status === 429) break
  }
  soak.ledger.guessed(username, looked, points)
  browser.close()
}

// A picture that was shown and rightly read always counts.
function isWrongPassword({ status, text }: Outcome): boolean {
  return status === 422 && !text.includes('captcha-error')
}
