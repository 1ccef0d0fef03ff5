// The checks at the end: every account, every session that has to be there, and every one that must not be.
import pLimit from 'p-limit'
import { newAddress } from '../visitor.ts'
import { Browser, isShown, isTaken, pause, type Soak } from './browser.ts'
import { isWrongPassword } from './sign-in.ts'
import { noteVisit } from './user.ts'

export type Audit = { accounts: number; alive: number; ended: number; unanswered: number }

const PARALLEL = 6
const MAX_TRIES = 20
const GAP = 1000 // milliseconds between two tries of what was not answered

/** Look whether everything is as it was acknowledged. What is wrong is noted in the ledger. */
export async function audit(soak: Soak): Promise<Audit> {
  const { ledger } = soak
  const [accounts, alive, ended] = [ledger.members(), ledger.alive(), ledger.over()]
  const limit = pLimit(PARALLEL)
  const sessions = await limit.map([...alive, ...ended], (sid) => checkSession(soak, sid))
  const members = await limit.map(accounts, (username) => checkAccount(soak, username))
  const unanswered = [...sessions, ...members].filter((isAnswered) => !isAnswered).length
  return { accounts: accounts.length, alive: alive.length, ended: ended.length, unanswered }
}

async function checkSession(soak: Soak, sid: string): Promise<boolean> {
  const isAnswered = await untilKnown(async () => {
    const browser = new Browser(soak, newAddress(), sid)
    const outcome = await browser.read('audit: session', '/account')
    browser.close()
    noteVisit(soak, sid, outcome)
    return isShown(outcome) || isTaken(outcome) || undefined
  })
  return isAnswered === true
}

// After a change that was cut off one of two passwords counts; that none does is a loss.
async function checkAccount(soak: Soak, username: string): Promise<boolean> {
  for (const password of soak.ledger.passwordsOf(username)) {
    const isIn = await untilKnown(() => trySignIn(soak, username, password))
    if (isIn !== false) return isIn === true
    soak.ledger.refused(username, password)
  }
  soak.ledger.allRefused(username)
  return true
}

// True where the password counts, undefined where that is not known. From an address of its own each time: what is wrong
// here may not be hidden by the throttle.
async function trySignIn(soak: Soak, username: string, password: string) {
  const browser = new Browser(soak)
  try {
    const { form } = await browser.open('audit: sign in', '/login')
    if (!form) return undefined
    const outcome = await browser.submit('audit: sign in', form, { username, password })
    if (!isTaken(outcome)) return isWrongPassword(outcome) ? false : undefined
    const { sid } = browser
    soak.ledger.began(sid, username)
    noteVisit(soak, sid, await browser.read('audit: account', '/account'))
    return true
  } finally {
    browser.close()
  }
}

async function untilKnown(ask: () => Promise<boolean | undefined>): Promise<boolean | undefined> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const answer = await ask()
    if (answer !== undefined) return answer
    await pause(GAP, new AbortController().signal)
  }
  return undefined
}
