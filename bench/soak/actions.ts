// What users do who are signed in: look around in several tabs, change the password, end sessions here and elsewhere.
import { Browser, isTaken, type Manner } from './browser.ts'
import { newPassword, noteVisit, openForm, visit, type User } from './user.ts'

const SETTLE_TIME = 3000 // milliseconds in which a change that was cut off happens, or never
const PAGES = [
  '/account',
  '/account/password',
  '/account/sessions',
  '/account/activity',
  '/account/email',
]

/** Read one page, or go away before it is there. */
export async function look(user: User, browser: Browser, timeout?: number): Promise<void> {
  const kind = timeout === undefined ? 'visit' : 'give up'
  await visit(user, browser, kind, user.random.pick(PAGES), timeout)
}

/** Open several pages at the same moment; a new picture in one of them writes to the session that the others read. */
export async function openTabs(user: User): Promise<void> {
  const { random, here } = user
  const tabs = Array.from({ length: random.between(2, 5) }, () => random.pick(PAGES))
  const pictures = Array.from({ length: random.between(0, 2) }, () => '/captcha')
  await Promise.all([
    ...tabs.map((path) => visit(user, here, 'tab', path)),
    ...pictures.map((path) => here.read('tab: captcha', path)),
  ])
}

/** Sign out, perhaps while other tabs are still loading. Once that is acknowledged, the cookie opens nothing again. */
export async function signOut(user: User, tabs: number, manner?: Manner): Promise<void> {
  const { ledger } = user.soak
  const { here } = user
  const form = await openForm(user, here, 'sign out', '/logout')
  if (!form) return
  const { sid } = here
  ledger.mayEnd(sid)
  const lateTabs = Array.from({ length: tabs }, (_, index) =>
    index % 2 === 0
      ? here.read('late tab: captcha', '/captcha')
      : visit(user, here, 'late tab', '/account'),
  )
  const outcome = await here.submit('sign out', form, {}, manner)
  if (isTaken(outcome)) {
    ledger.ended(sid, outcome.ended)
    user.endedSessions.push(sid)
    here.isSignedIn = false
  }
  await Promise.all(lateTabs)
  await replaySession(user, sid)
}

/** Try the cookie of a session that has ended, as a thief of it would. */
export async function replayEndedSession(user: User): Promise<void> {
  const { endedSessions, random } = user
  if (endedSessions.length > 0) await replaySession(user, random.pick(endedSessions))
}

/** End the sessions everywhere else. */
export async function endOtherSessions(user: User): Promise<void> {
  const { ledger } = user.soak
  const { here, there, username } = user
  const form = await openForm(user, here, 'end others', '/account/sessions')
  if (!form) return
  const { sid } = here
  for (const other of ledger.othersOf(username, sid)) ledger.mayEnd(other)
  const outcome = await here.submit('end others', form, { end: 'others' })
  if (isTaken(outcome, '/account/sessions')) {
    user.endedSessions.push(...ledger.othersEnded(username, outcome.ended, sid))
  }
  if (there.isSignedIn) await visit(user, there, 'ended elsewhere', '/account')
}

/** Change the password; all sessions end, and this browser gets a new one. */
export async function changePassword(user: User): Promise<void> {
  const { ledger, observations } = user.soak
  const { here, there, username } = user
  const form = await openForm(user, here, 'change password', '/account/password')
  if (!form) return
  const [current = ''] = ledger.passwordsOf(username)
  const password = newPassword(user)
  ledger.mayChange(username, password)
  const outcome = await here.submit('change password', form, { current, password })
  if (isTaken(outcome, '/account')) {
    ledger.changed(username, password)
    user.endedSessions.push(...ledger.othersEnded(username, outcome.ended))
    ledger.began(here.sid, username)
  } else if (isTaken(outcome)) {
    here.isSignedIn = false // its session had ended
  } else {
    // Neither the password nor the sessions are known any more until somebody signs in anew.
    user.settledAt = performance.now() + SETTLE_TIME
    here.forget()
    there.forget()
  }
  observations.expect('change password', outcome, [303], 'a good change was refused')
}

async function replaySession({ soak, here }: User, sid: string): Promise<void> {
  const browser = new Browser(soak, here.address, sid)
  noteVisit(soak, sid, await browser.read('replay', '/account'))
  browser.close()
}
