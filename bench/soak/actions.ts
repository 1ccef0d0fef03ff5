// What users do, one thing after the other, at random: a table for whoever is signed in, and one for whoever is not.
import { sendOneCodeOften, setUpApp } from './app.ts'
import { Browser, isTaken, pause, type Manner } from './browser.ts'
import {
  becomeAnother,
  guessPassword,
  isSignedIn,
  newPassword,
  register,
  signIn,
  type User,
} from './user.ts'

type Action = { weight: number; act: (user: User) => unknown }

const MAX_PAUSE = 1500 // milliseconds between two things that somebody does
const SETTLE_TIME = 3000 // milliseconds in which a change that was cut off happens, or never
const PUBLIC_PAGES = ['/', '/home', '/login', '/register', '/healthz']
const PAGES = [
  '/account',
  '/account/password',
  '/account/sessions',
  '/account/activity',
  '/account/email',
]

const SIGNED_OUT: Action[] = [
  { weight: 20, act: ({ here, random }) => here.read('wander', random.pick(PUBLIC_PAGES)) },
  { weight: 60, act: (user) => comeIn(user, user.here, mannerOf(user)) },
  { weight: 4, act: guessPassword },
  { weight: 20, act: useOneCodeOften },
  { weight: 12, act: replayEndedSession },
  { weight: 3, act: becomeAnother },
]
const SIGNED_IN: Action[] = [
  { weight: 26, act: ({ here, random }) => here.read('visit', random.pick(PAGES)) },
  { weight: 18, act: openTabs },
  { weight: 8, act: giveUp },
  { weight: 9, act: (user) => signOut(user, 0, mannerOf(user)) },
  { weight: 7, act: (user) => signOut(user, user.random.between(1, 3)) },
  { weight: 6, act: changePassword },
  { weight: 12, act: addApp },
  { weight: 12, act: useSecondBrowser },
  { weight: 8, act: endOtherSessions },
  { weight: 10, act: replayEndedSession },
  { weight: 3, act: becomeAnother },
]
// Most send a form as everybody does, some byte by byte over a bad line, and some go away before the answer.
const MANNERS: { weight: number; draw: (user: User) => Manner }[] = [
  { weight: 85, draw: () => ({}) },
  { weight: 8, draw: ({ random }) => ({ byteDelay: random.between(1, 8) }) },
  { weight: 7, draw: ({ random }) => ({ timeout: random.between(0, 150) }) },
]

/** Use the site until the soak is over. */
export async function live(user: User): Promise<void> {
  const { soak, random, here, there } = user
  const isOver = () => soak.over.aborted // asked again after each wait
  while (!isOver()) {
    await pause(random.between(0, MAX_PAUSE), soak.over)
    if (isOver()) break
    if (!soak.ledger.members().includes(user.username)) {
      await register(user, mannerOf(user))
    } else {
      await random.weighted(isSignedIn(user, here) ? SIGNED_IN : SIGNED_OUT).act(user)
    }
  }
  here.close()
  there.close()
}

async function comeIn(user: User, browser: Browser, manner?: Manner): Promise<void> {
  const isIn = await signIn(user, browser, manner)
  if (isIn === false) becomeAnother(user) // what is wrong is noted once, not again and again
}

async function giveUp({ here, random }: User): Promise<void> {
  await here.read('give up', random.pick(PAGES), random.between(0, 20))
}

// Several pages at the same moment; a new picture in one of them writes to the session that the others read.
async function openTabs({ random, here }: User): Promise<void> {
  const tabs = Array.from({ length: random.between(2, 5) }, () => random.pick(PAGES))
  const pictures = Array.from({ length: random.between(0, 2) }, () => '/captcha')
  await Promise.all([...tabs, ...pictures].map((path) => here.read('tab', path)))
}

async function useSecondBrowser(user: User): Promise<void> {
  const { there, random } = user
  if (isSignedIn(user, there)) await there.read('visit', random.pick(PAGES))
  else await comeIn(user, there)
}

// Sign out, perhaps while other tabs are still loading. Once that is acknowledged, the cookie opens nothing again.
async function signOut({ soak, here }: User, tabs: number, manner?: Manner): Promise<void> {
  const { sid } = here
  const { form } = await here.open('sign out', '/logout')
  if (!form) return
  soak.ledger.mayEnd(sid)
  const lateTabs = ['/captcha', '/account', '/captcha']
    .slice(0, tabs)
    .map((path) => here.read('late tab', path))
  const outcome = await here.submit('sign out', form, {}, manner)
  if (isTaken(outcome)) soak.ledger.ended(sid, outcome.ended)
  await Promise.all(lateTabs)
  await replay(soak, sid)
}

// Try the cookie of a session that has ended, as a thief of it would.
async function replayEndedSession({ soak, username, random }: User): Promise<void> {
  const ended = soak.ledger.over(username)
  if (ended.length > 0) await replay(soak, random.pick(ended))
}

async function endOtherSessions({ soak, here, there, username }: User): Promise<void> {
  const { sid } = here
  const { form } = await here.open('end others', '/account/sessions')
  if (!form) return
  const others = soak.ledger.openOf(username).filter((one) => one !== sid)
  for (const other of others) soak.ledger.mayEnd(other)
  const outcome = await here.submit('end others', form, { end: 'others' })
  if (isTaken(outcome, '/account/sessions')) {
    for (const other of others) soak.ledger.ended(other, outcome.ended)
  }
  if (others.includes(there.sid)) await there.read('ended elsewhere', '/account')
}

// Change the password; all sessions end, and this browser gets a new one.
async function changePassword(user: User): Promise<void> {
  const { soak, here, username } = user
  const { ledger, observations } = soak
  const { form } = await here.open('change password', '/account/password')
  if (!form) return
  const [current = ''] = ledger.passwordsOf(username)
  const password = newPassword(user)
  ledger.mayChange(username, password)
  const outcome = await here.submit('change password', form, { current, password })
  if (isTaken(outcome, '/account')) {
    ledger.accepted(username, password)
    for (const sid of ledger.openOf(username)) ledger.ended(sid, outcome.ended)
    ledger.began(here.sid, username)
  } else {
    await startAfresh(user)
  }
  observations.expect('change password', outcome, [303], 'a good change was refused')
}

async function addApp(user: User): Promise<void> {
  const { soak, here, username } = user
  if (soak.ledger.hasApp(username) === true) return
  if ((await setUpApp(user, here)) === undefined) await startAfresh(user)
}

// Only where all is certain: else what was cut off would look like a code that counts twice.
async function useOneCodeOften(user: User): Promise<void> {
  const { ledger } = user.soak
  const isCertain = ledger.passwordsOf(user.username).length === 1
  if (isCertain && ledger.hasApp(user.username)) await sendOneCodeOften(user)
}

// After a change that was cut off: which sessions there are is not known until somebody signs in anew.
async function startAfresh({ soak, here, there }: User): Promise<void> {
  here.forget()
  there.forget()
  await pause(SETTLE_TIME, soak.over)
}

async function replay(soak: User['soak'], sid: string): Promise<void> {
  const browser = new Browser(soak, undefined, sid)
  await browser.read('replay', '/account')
  browser.close()
}

function mannerOf(user: User): Manner {
  return user.random.weighted(MANNERS).draw(user)
}
