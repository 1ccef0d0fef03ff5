// The checks at the end: every account, every session that has to be there, and every one that must not be.
import { Browser, isPage, isTaken } from './browser.ts'
import type { Crowd } from './crowd.ts'
import { isWrongPassword } from './enter.ts'
import { pause } from './pace.ts'
import { tell } from './person.ts'

export type Audit = { accounts: number; alive: number; ended: number; unanswered: number }

const AT_ONCE = 6
const TRIES = 20
const GAP = 1000 // milliseconds between two tries of what was not answered

/** Look whether everything is as it was acknowledged. What is wrong is told to the ledger. */
export async function audit(crowd: Crowd): Promise<Audit> {
  const { ledger } = crowd
  const [accounts, alive, ended] = [ledger.members(), ledger.alive(), ledger.over()]
  const sessions = [...alive, ...ended]
  let unanswered = 0
  const count = (wasAnswered: boolean) => {
    if (!wasAnswered) unanswered++
  }
  await eachOf(sessions, async (sid) => count(await checkSession(crowd, sid)))
  await eachOf(accounts, async (username) => count(await checkAccount(crowd, username)))
  return { accounts: accounts.length, alive: alive.length, ended: ended.length, unanswered }
}

async function checkSession(crowd: Crowd, sid: string): Promise<boolean> {
  return untilAnswered(async () => {
    const browser = new Browser(crowd, crowd.newAddress(), sid)
    const outcome = await browser.read('audit: session', '/account')
    browser.close()
    tell(crowd, sid, outcome)
    return isPage(outcome) || isTaken(outcome)
  })
}

// After a change that was cut off one of two passwords counts; that none does is a loss.
async function checkAccount(crowd: Crowd, username: string): Promise<boolean> {
  for (const password of crowd.ledger.passwordsOf(username)) {
    let answer: 'in' | 'out' | undefined
    const isKnown = await untilAnswered(async () => {
      answer = await trySignIn(crowd, username, password)
      return answer !== undefined
    })
    if (!isKnown || answer === 'in') return isKnown
    crowd.ledger.refused(username, password)
  }
  crowd.ledger.allRefused(username)
  return true
}

// From an address of its own each time: what is wrong here may not be hidden by the throttle.
async function trySignIn(crowd: Crowd, username: string, password: string) {
  const browser = new Browser(crowd, crowd.newAddress())
  try {
    const { form } = await browser.open('audit: sign in', '/login')
    if (!form) return undefined
    const answer = await browser.submit('audit: sign in', form, { username, password })
    if (isTaken(answer)) {
      await lookAround(crowd, browser, username)
      return 'in'
    } else {
      return isWrongPassword(answer) ? 'out' : undefined
    }
  } finally {
    browser.close()
  }
}

async function lookAround(crowd: Crowd, browser: Browser, username: string): Promise<void> {
  const { sid } = browser
  crowd.ledger.began(sid, username)
  tell(crowd, sid, await browser.read('audit: account', '/account'))
}

async function untilAnswered(ask: () => Promise<boolean>): Promise<boolean> {
  for (let tries = 0; tries < TRIES; tries++) {
    if (await ask()) return true
    await pause(GAP, new AbortController().signal)
  }
  return false
}

async function eachOf<T>(list: T[], work: (one: T) => Promise<void>): Promise<void> {
  const left = [...list]
  const worker = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await work(one)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}
