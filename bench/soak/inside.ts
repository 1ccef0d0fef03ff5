// What people do who are signed in: look around in several tabs, change the password, end sessions here and elsewhere.
import { isTaken, leadsTo, type How } from './browser.ts'
import { newPassword, openInside, see, tell, visit, type Person, type Seat } from './person.ts'

const SETTLES = 3000 // milliseconds in which a change that was cut off happens, or never
const PAGES = [
  '/account',
  '/account/password',
  '/account/sessions',
  '/account/activity',
  '/account/email',
]

/** Read one page. */
export async function look(person: Person, seat: Seat): Promise<void> {
  await visit(person, seat, 'visit', person.chance.pick(PAGES))
}

/** Open several pages at the same moment; a new picture in one of them writes to the session that the others read. */
export async function openTabs(person: Person, seat: Seat): Promise<void> {
  const { chance } = person
  const tabs = Array.from({ length: chance.between(2, 5) }, () => chance.pick(PAGES))
  const pictures = Array.from({ length: chance.between(0, 2) }, () => '/captcha')
  await Promise.all([
    ...tabs.map((path) => visit(person, seat, 'tab', path)),
    ...pictures.map((path) => seat.browser.read('tab: captcha', path)),
  ])
}

/** Ask for a page and go away before it is there. */
export async function giveUp(person: Person, seat: Seat): Promise<void> {
  const { sid } = seat.browser
  const patience = person.chance.between(0, 20)
  see(
    person,
    seat,
    sid,
    await seat.browser.read('give up', person.chance.pick(PAGES), { patience }),
  )
}

/** Sign out, perhaps while other tabs are still loading. Once that is acknowledged, the cookie opens nothing again. */
export async function signOut(person: Person, seat: Seat, tabs: number, how: How = {}) {
  const { ledger } = person.crowd
  const { browser } = seat
  const form = await openInside(person, seat, 'sign out', '/logout')
  if (!form) return
  const { sid } = browser
  ledger.mayEnd(sid)
  const late = Array.from({ length: tabs }, (_, index) =>
    index % 2 === 0
      ? browser.read('late tab: captcha', '/captcha')
      : visit(person, seat, 'late tab', '/account'),
  )
  const outcome = await browser.submit('sign out', form, {}, how)
  if (isTaken(outcome)) {
    ledger.ended(sid, outcome.ended)
    person.ghosts.push(sid)
    seat.isIn = false
  }
  await Promise.all(late)
  await haunt(person, sid)
}

/** Try the cookie of a session that has ended, or may have. */
export async function haunt(person: Person, sid = ghostOf(person)): Promise<void> {
  if (sid === undefined) return
  const browser = person.here.browser.double(sid)
  tell(person.crowd, sid, await browser.read('ghost', '/account'))
  browser.close()
}

/** End the sessions everywhere else. */
export async function endOthers(person: Person): Promise<void> {
  const { crowd, here, there, username } = person
  const form = await openInside(person, here, 'end others', '/account/sessions')
  if (!form) return
  const { sid } = here.browser
  for (const other of crowd.ledger.othersOf(username, sid)) crowd.ledger.mayEnd(other)
  const outcome = await here.browser.submit('end others', form, { end: 'others' })
  if (isTaken(outcome) && leadsTo(outcome) === '/account/sessions') {
    person.ghosts.push(...crowd.ledger.othersEnded(username, outcome.ended, sid))
  }
  if (there.isIn) await visit(person, there, 'ended elsewhere', '/account')
}

/** Change the password; all sessions end, and this browser gets a new one. */
export async function changePassword(person: Person, seat: Seat): Promise<void> {
  const { crowd, username } = person
  const form = await openInside(person, seat, 'change password', '/account/password')
  if (!form) return
  const password = newPassword(person)
  crowd.ledger.mayChange(username, password)
  const fields = { current: person.password, password }
  const outcome = await seat.browser.submit('change password', form, fields)
  if (isTaken(outcome) && leadsTo(outcome) === '/account') {
    crowd.ledger.changed(username, password)
    person.ghosts.push(...crowd.ledger.othersEnded(username, outcome.ended))
    crowd.ledger.began(seat.browser.sid, username)
    person.password = password
  } else if (isTaken(outcome)) {
    seat.isIn = false // its session had ended
  } else {
    // Neither the password nor the sessions are known any more until somebody signs in anew.
    person.settledAt = performance.now() + SETTLES
    for (const one of [person.here, person.there]) {
      one.browser.forget()
      one.isIn = false
    }
  }
  if ('status' in outcome && outcome.status < 500 && !isTaken(outcome)) {
    crowd.watch.finds('change password', outcome, 'a good change was refused')
  }
}

function ghostOf({ ghosts, chance }: Person): string | undefined {
  return ghosts.length > 0 ? chance.pick(ghosts) : undefined
}
