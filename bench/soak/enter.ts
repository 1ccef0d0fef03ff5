// How people come in: registrations, sign-ins with the right password, and with wrong ones.
import { attemptLimits } from '../../config/limits.ts'
import { Browser, isTaken, type Form, type How } from './browser.ts'
import { pause } from './pace.ts'
import { becomeAnother, type Person, type Seat } from './person.ts'
import type { Outcome } from './wire.ts'

/** Register; where an earlier try was cut off, it may be found that it was taken. */
export async function register(person: Person, how: How = {}): Promise<void> {
  const { crowd, username, password, here } = person
  const { form } = await here.browser.open('register', '/register')
  if (!form) return
  if (person.account === 'none') crowd.ledger.mayBeRegistered(username, password)
  const fields = { username, email: `${username}@example.com`, password }
  const outcome = await here.browser.submit('register', form, fields, how)
  const wasTaken = person.account === 'maybe' && statusOf(outcome) === 422
  if (isTaken(outcome) || wasTaken) {
    crowd.ledger.registered(username)
    person.account = 'certain'
  } else {
    person.account = 'maybe'
    leaveWindow(here, outcome)
    expect(person, 'register', outcome, 'a good registration was refused')
  }
}

/** Sign in with the password that counts, or with each that may count after a change that was cut off. */
export async function signIn(person: Person, seat: Seat, how: How = {}): Promise<void> {
  const { ledger, over } = person.crowd
  await pause(Math.max(0, person.settledAt - performance.now()), over)
  const passwords = ledger.passwordsOf(person.username)
  for (const password of passwords) {
    const { outcome, form } = await seat.browser.open('sign in', '/login')
    if (isTaken(outcome)) seat.isIn = true // so one was, after all
    if (!form) return
    const answer = await enter(person, seat, form, password, how)
    if (!isWrongPassword(answer)) {
      expect(person, 'sign in', answer, 'a good sign-in was refused')
      return
    }
    ledger.refused(person.username, password)
  }
  ledger.allRefused(person.username)
  becomeAnother(person) // what is wrong is noted once, not again and again
}

/** Guess this person's password from somewhere else, until the throttle stops it. */
export async function guess(person: Person): Promise<void> {
  const { crowd, username, chance } = person
  const browser = new Browser(crowd, crowd.newAddress())
  const most = attemptLimits.name.points
  let looked = 0
  for (let tries = 0; tries < most + 2 && !crowd.over.aborted; tries++) {
    const { form } = await browser.open('guess', '/login')
    if (!form) continue
    const password = `a wrong guess ${chance.between(0, 1e9)}`
    const outcome = await browser.submit('guess', form, { username, password })
    if (isWrongPassword(outcome)) looked++
    if (isTaken(outcome)) crowd.ledger.accepted(username, password)
    if (statusOf(outcome) === 429) break
  }
  crowd.ledger.guessed(username, looked, most)
  browser.close()
}

/** True if a sign-in was refused for its password; a picture that was shown and rightly read always counts. */
export function isWrongPassword(outcome: Outcome): boolean {
  return statusOf(outcome) === 422 && !('text' in outcome && outcome.text.includes('captcha-error'))
}

async function enter(person: Person, seat: Seat, form: Form, password: string, how: How) {
  const { ledger } = person.crowd
  const { username } = person
  const outcome = await seat.browser.submit('sign in', form, { username, password }, how)
  if (isTaken(outcome)) {
    ledger.accepted(username, password)
    ledger.changed(username, password)
    ledger.began(seat.browser.sid, username)
    person.password = password
    seat.isIn = true
  } else if (statusOf(outcome) === 429) {
    // Sign-ins that were cut off stay counted as failed: after too many one waits, or comes from elsewhere.
    seat.browser.address = person.crowd.newAddress()
  }
  leaveWindow(seat, outcome)
  return outcome
}

// What was given up may still be under way, and take the next picture of the same session for its own.
function leaveWindow({ browser }: Seat, outcome: Outcome): void {
  if ('broken' in outcome) browser.forget()
}

function expect(person: Person, kind: string, outcome: Outcome, why: string): void {
  const status = statusOf(outcome)
  if (status >= 400 && status < 500 && status !== 429) person.crowd.watch.finds(kind, outcome, why)
}

function statusOf(outcome: Outcome): number {
  return 'status' in outcome ? outcome.status : 0
}
