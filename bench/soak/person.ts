// Somebody in the crowd: an account, or one to be, at two browsers; and what an answer tells about their session.
import { Browser, leadsTo } from './browser.ts'
import type { Chance } from './chance.ts'
import type { Crowd } from './crowd.ts'
import { SOMEBODY } from './session-ledger.ts'
import type { Outcome } from './wire.ts'

/** A browser and whether its owner believes to be signed in there. */
export type Seat = { browser: Browser; isIn: boolean }

export type Person = {
  crowd: Crowd
  chance: Chance
  username: string
  password: string
  /** Whether there is the account; after a registration that was not answered nobody knows. */
  account: 'none' | 'maybe' | 'certain'
  here: Seat
  there: Seat
  /** The cookies of sessions that have ended. */
  ghosts: string[]
  /** When a change that was cut off has happened or never will. */
  settledAt: number
}

const NAME = /\bsoaker-\d+-[0-9a-z]+\b/

/** Somebody without an account. */
export function newPerson(crowd: Crowd, chance: Chance): Person {
  const address = crowd.newAddress()
  const seat = () => ({ browser: new Browser(crowd, address), isIn: false })
  const [here, there] = [seat(), seat()]
  const person: Person = {
    ...{ crowd, chance, here, there, username: '', password: '' },
    ...{ account: 'none', ghosts: [], settledAt: 0 },
  }
  becomeAnother(person)
  return person
}

/** Leave the account as it is, sessions and all, and be somebody new at fresh browsers. */
export function becomeAnother(person: Person): void {
  const { crowd, chance } = person
  person.username = `soaker-${crowd.newNumber()}-${chance.between(0, 1e6).toString(36)}`
  person.password = newPassword(person)
  person.account = 'none'
  for (const seat of [person.here, person.there]) {
    seat.browser.forget()
    seat.isIn = false
  }
}

/** A password that is nobody's yet. */
export function newPassword({ crowd, chance }: Person): string {
  return `a lantern ${crowd.newNumber()} in cave ${chance.between(0, 1e6)}`
}

/** Tell the ledger what an answer says about the session that it was asked with; false if somebody was plainly not let in. */
export function tell({ ledger, watch }: Crowd, sid: string, outcome: Outcome): boolean {
  if ('broken' in outcome) return true
  const isRefused = outcome.status === 303 && leadsTo(outcome).startsWith('/login')
  if (isRefused) {
    ledger.seen({ sid, began: outcome.began, username: undefined }, outcome.ended)
  } else if (outcome.status === 200) {
    const [username = SOMEBODY] = NAME.exec(outcome.text) ?? []
    ledger.seen({ sid, began: outcome.began, username }, outcome.ended)
  } else if (outcome.status < 500) {
    watch.finds('page', outcome, 'a page was neither shown nor refused')
  }
  return !isRefused
}

/** The same for somebody at a browser, who believes it. */
export function see(person: Person, seat: Seat, sid: string, outcome: Outcome): void {
  const isLetIn = tell(person.crowd, sid, outcome)
  // Whose session is over is relieved of its cookie too.
  if (!isLetIn && seat.isIn && ['', sid].includes(seat.browser.sid)) {
    seat.isIn = false
    person.ghosts.push(sid)
  }
}

/** Read a page that only a session opens. */
export async function visit(person: Person, seat: Seat, kind: string, path: string): Promise<void> {
  const { sid } = seat.browser
  see(person, seat, sid, await seat.browser.read(kind, path))
}

/** Open the form of a page that only a session opens. */
export async function openInside(person: Person, seat: Seat, kind: string, path: string) {
  const { sid } = seat.browser
  const { outcome, form } = await seat.browser.open(kind, path)
  see(person, seat, sid, outcome)
  return form
}
