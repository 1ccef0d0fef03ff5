// Users of the soak who have an authenticator app: how it is set up, asked for, and its codes and recovery codes used.
import { setTimeout as wait } from 'node:timers/promises'
import { codeAt } from '../../lib/totp.ts'
import { formOf, newAddress, type Fields, type Form } from '../visitor.ts'
import { Browser, isTaken, leaveIfBroken, type Manner, type Soak } from './browser.ts'
import { stepAt } from './ledger.ts'
import type { Outcome } from './observations.ts'

type Person = { soak: Soak; username: string }

const SETUP = '/account/two-factor'
const ASKED = '/login/second-factor'
const SECRET = /secret=([A-Z2-7]+)/ // in the link that an app opens
const LOOK_AGAIN = 1000 // milliseconds, until the app shows its next code

/** True for the answer to a password that leads to the page which asks for a code. */
export function isAskedForCode(outcome: Outcome): boolean {
  return isTaken(outcome) && outcome.headers.location?.startsWith(ASKED) === true
}

/** Set up an app in this browser. Undefined where that was cut off, so that the app may count or not. */
export async function setUpApp(person: Person, here: Browser): Promise<true | undefined> {
  const { ledger, observations } = person.soak
  const { username } = person
  const { form: begin } = await here.open('set up an app', SETUP)
  if (!begin) return true
  await here.submit('set up an app', begin, {}) // anew, where an earlier try was cut off
  const { form, outcome: page } = await here.open('set up an app', SETUP)
  const secret = SECRET.exec(page.text)?.[1]
  if (!form || secret === undefined) return true
  const now = Date.now()
  ledger.appMayBeOn(username, secret, stepAt(now))
  for (const sid of ledger.openOf(username)) ledger.mayEnd(sid)
  const outcome = await here.submit('confirm an app', form, { code: codeAt(secret, now) })
  const codes = formOf(outcome.text, SETUP)?.hidden.codes
  observations.expect('confirm an app', outcome, [200], 'a good code was refused')
  if (outcome.status !== 200 || codes === undefined) return undefined
  ledger.appIsOn(username, codes.split(' '))
  for (const sid of ledger.openOf(username)) ledger.ended(sid, outcome.ended)
  ledger.began(here.sid, username)
  return true
}

/** After the right password: look whether it opens a page alone, then send a code that was never sent. */
export async function passFactor(
  { soak, username }: Person,
  browser: Browser,
  manner?: Manner,
): Promise<true | undefined> {
  const { ledger, observations } = soak
  ledger.appIsOn(username)
  await lookAround({ soak, username }, browser)
  const { form } = await browser.open('second factor', ASKED)
  if (!form) return undefined
  const outcome = await browser.submit('second factor', form, await proofOf(soak, username), manner)
  if (isTaken(outcome)) {
    ledger.began(browser.sid, username)
    return true
  }
  if (outcome.status === 429) browser.address = newAddress()
  leaveIfBroken(browser, outcome)
  observations.expect('second factor', outcome, [429], 'a code that was never sent was refused')
  return undefined
}

/** Send one code from two browsers at the same moment, and from a third one afterwards. */
export async function sendOneCodeOften({ soak, username }: Person): Promise<void> {
  const browsers = [new Browser(soak), new Browser(soak), new Browser(soak)]
  const [one, other, late] = await Promise.all(
    browsers.map((browser) => untilAsked({ soak, username }, browser)),
  )
  if (one && other && late) {
    const proof = await proofOf(soak, username)
    const send = ({ browser, form }: Asked) => browser.submit('one code often', form, proof)
    const outcomes = await Promise.all([send(one), send(other)])
    outcomes.push(await send(late))
    soak.ledger.sentOften(username, outcomes.filter((outcome) => isTaken(outcome)).length)
    for (const [index, outcome] of outcomes.entries()) {
      if (isTaken(outcome)) soak.ledger.began(browsers[index]?.sid ?? '', username)
    }
  }
  for (const browser of browsers) browser.close()
}

type Asked = { browser: Browser; form: Form }

// A browser in which the right password was sent, and the form that asks for more.
async function untilAsked(
  { soak, username }: Person,
  browser: Browser,
): Promise<Asked | undefined> {
  const [password = ''] = soak.ledger.passwordsOf(username)
  const login = await browser.open('sign in', '/login')
  if (!login.form) return undefined
  const answer = await browser.submit('sign in', login.form, { username, password })
  if (!isAskedForCode(answer)) return undefined
  await lookAround({ soak, username }, browser)
  const { form } = await browser.open('second factor', ASKED)
  return form && { browser, form }
}

async function lookAround({ soak, username }: Person, browser: Browser): Promise<void> {
  const { status } = await browser.read('with the password alone', '/account')
  if (status === 200) soak.ledger.passedByPassword(username)
}

async function proofOf({ ledger }: Soak, username: string): Promise<Fields> {
  for (;;) {
    const proof = ledger.nextProof(username)
    if (proof) return proof
    await wait(LOOK_AGAIN)
  }
}
