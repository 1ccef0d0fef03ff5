// The checks at the end: every account, every session that has to be there, and every one that must not be.
import pLimit from 'p-limit'
import { Browser, isRefused, pause, type Soak } from './browser.ts'
import type { Facts, Promises } from './observations.ts'
import { signIn } from './user.ts'

const PARALLEL = 6
const MAX_TRIES = 20
const GAP = 1000 // milliseconds between two tries of what was not answered

/** Look whether everything is as it was acknowledged. What is wrong is noted in the ledger; returned is what was looked at. */
export async function audit(soak: Soak) {
  const { ledger } = soak
  const [accounts, alive, ended] = [ledger.members(), ledger.alive(), ledger.over()]
  const limit = pLimit(PARALLEL)
  const answers = [
    ...(await limit.map([...alive, ...ended], (sid) => checkSession(soak, sid))),
    ...(await limit.map(accounts, (username) => checkAccount(soak, username))),
  ]
  const unanswered = answers.filter((isAnswered) => !isAnswered).length
  const promises: Promises = {
    'everything could be checked at the end':
      unanswered > 0 ? [`${unanswered} checks were never answered`] : [],
  }
  const facts: Facts = {
    'accounts checked at the end': accounts.length,
    'living sessions checked': alive.length,
    'ended sessions checked': ended.length,
  }
  return { promises, facts }
}

async function checkSession(soak: Soak, sid: string): Promise<boolean> {
  return untilKnown(soak, sid, async (browser) => {
    const outcome = await browser.read('audit: session', '/account')
    return outcome.status === 200 || isRefused(outcome)
  })
}

// After a change that was cut off one of two passwords counts; that none does is a loss.
async function checkAccount(soak: Soak, username: string): Promise<boolean> {
  return untilKnown(soak, undefined, async (browser) => {
    const isIn = await signIn({ soak, username }, browser)
    if (isIn) await browser.read('audit: account', '/account')
    return isIn !== undefined
  })
}

// From an address of its own each time: what is wrong here may not be hidden by the throttle.
async function untilKnown(
  soak: Soak,
  sid: string | undefined,
  ask: (browser: Browser) => Promise<boolean>,
): Promise<boolean> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const browser = new Browser(soak, undefined, sid)
    const isKnown = await ask(browser)
    browser.close()
    if (isKnown) return true
    await pause(GAP, new AbortController().signal)
  }
  return false
}
