// How users come in: registrations, sign-ins with the right password, and with wrong ones.
import { attemptLimits } from '../../config/limits.ts'
import { newAddress, type Form } from '../visitor.ts'
import { Browser, isTaken, pause, type Manner, type Outcome } from './browser.ts'
import { becomeAnother, newPassword, type User } from './user.ts'

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
    ledger.registered(username)
  } else {
    leaveIfBroken(here, outcome)
    observations.expect('register', outcome, [303, 429], 'a good registration was refused')
  }
}

/** Sign in with the password that counts, or with each that may count after a change that was cut off. */
export async function signIn(user: User, browser: Browser, manner: Manner = {}): Promise<void> {
  const { ledger, observations, over } = user.soak
  await pause(Math.max(0, user.settledAt - performance.now()), over)
  for (const password of ledger.passwordsOf(user.username)) {
    const { outcome, form } = await browser.open('sign in', '/login')
    if (isTaken(outcome)) browser.isSignedIn = true // so an earlier sign-in was taken, after all
    if (!form) return
    const answer = await submit(user, browser, form, password, manner)
    if (!isWrongPassword(answer)) {
      observations.expect('sign in', answer, [303, 429], 'a good sign-in was refused')
      return
    }
    ledger.refused(user.username, password)
  }
  ledger.allRefused(user.username)
  becomeAnother(user) // what is wrong is noted once, not again and again
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

/** True if a sign-in was refused for its password; a picture that was shown and rightly read always counts. */
export function isWrongPassword({ status, text }: Outcome): boolean {
  return status === 422 && !text.includes('captcha-error')
}

async function submit(
  { soak, username }: User,
  browser: Browser,
  form: Form,
  password: string,
  manner: Manner,
): Promise<Outcome> {
  const outcome = await browser.submit('sign in', form, { username, password }, manner)
  if (isTaken(outcome)) {
    soak.ledger.accepted(username, password)
    soak.ledger.changed(username, password)
    soak.ledger.began(browser.sid, username)
    browser.isSignedIn = true
  } else if (outcome.status === 429) {
    // Sign-ins that were cut off stay counted as failed: after too many one waits, or comes from elsewhere.
    browser.address = newAddress()
  }
  leaveIfBroken(browser, outcome)
  return outcome
}

// What was given up may still be under way, and take the next picture of the same session for its own.
function leaveIfBroken(browser: Browser, { broken }: Outcome): void {
  if (broken) browser.forget()
}
