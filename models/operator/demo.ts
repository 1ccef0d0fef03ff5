// Accounts that everybody knows, for trying the site out by hand.
import { randomBytes } from 'node:crypto'
import type { SessionData } from 'express-session'
import md5 from 'md5'
import { promisify } from 'node:util'
import { DAY, HOUR } from '../../config/time.ts'
import { encryptField } from '../../lib/field-encryption.ts'
import { hashPassword } from '../../lib/password.ts'
import type { SessionStore } from '../../lib/session/store.ts'
import { deleteAccount } from '../account/deletion.ts'
import { hashOfRecoveryCode, newRecoveryCodes } from '../account/two-factor/recovery-codes.ts'
import { lockUser } from './users.ts'
import { findByName, keysOf, memberOf, User, type UserDocument } from '../user.ts'

export const DEMO_PASSWORD = 'a lantern in the cave'

export const demoAccounts = [
  { username: 'alice', email: 'alice@demo.example', what: 'an ordinary account' },
  { username: 'locked-lin', email: 'lin@demo.example', what: 'locked by an operator' },
  { username: 'old-otto', email: 'otto@demo.example', what: 'its password is kept as a bare md5' },
  { username: 'many-mia', email: 'mia@demo.example', what: 'signed in in many places' },
  { username: 'two-tess', email: 'tess@demo.example', what: 'has an authenticator app' },
  { username: '芝麻小红', email: 'xiaohong@demo.example', what: 'a Chinese name' },
] as const

/** The key of her app, which `sesame totp` takes. */
export const DEMO_TOTP_KEY = 'OPENSESAMEOPENSESAMEOPENSESAMEOP'

const AGENTS = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36',
  'curl/8.14.1',
]
const MANY = 12 // sessions

/** Make the accounts, or make them anew as they were. Returns the names that somebody else has, and then nothing was done. */
export async function makeDemo(store: SessionStore): Promise<string[]> {
  const taken: string[] = []
  for (const { username, email } of demoAccounts) {
    const holders = [await findByName(username), await findByName(email)]
    if (holders.some((user) => user && !isOurs(user))) taken.push(username)
  }
  if (taken.length > 0) return taken
  const addresses = demoAccounts.map(({ email }) => email)
  for (const { _id } of await User.find({ $or: [{ demo: true }, { email: { $in: addresses } }] })) {
    await deleteAccount(store, _id.toString())
  }
  const hash = await hashPassword(DEMO_PASSWORD) // one for all: everybody knows that they have the same password
  for (const { username, email } of demoAccounts) {
    const password = username === 'old-otto' ? md5(DEMO_PASSWORD) : hash
    const names = { username, email, ...keysOf({ username, email }) }
    const now = new Date()
    await User.create({ ...names, password, createdAt: now, emailVerifiedAt: now, demo: true })
  }
  const [lin, mia] = [await findByName('locked-lin'), await findByName('many-mia')]
  if (lin) await lockUser(store, lin._id.toString())
  if (mia) await signInEverywhere(store, memberOf(mia))
  const tess = await findByName('two-tess')
  if (tess) await giveApp(tess._id.toString())
  return []
}

// By the mark, because a tester changes names and addresses; by the address, because nobody can confirm one of demo.example.
function isOurs({ demo, email }: UserDocument): boolean {
  return demo === true || demoAccounts.some((one) => one.email === email)
}

// As setting one up writes it.
async function giveApp(userId: string): Promise<void> {
  const secret = await encryptField(DEMO_TOTP_KEY, userId)
  const recoveryCodes = newRecoveryCodes().map(hashOfRecoveryCode)
  const twoFactor = { secret, lastStep: 0, since: new Date(), recoveryCodes }
  await User.updateOne({ _id: userId }, { $set: { twoFactor } })
}

// As a sign-in writes them; nobody has their cookies.
async function signInEverywhere(
  store: SessionStore,
  { id, username, email }: ReturnType<typeof memberOf>,
): Promise<void> {
  const set = promisify(store.set.bind(store))
  for (let index = MANY - 1; index >= 0; index--) {
    const signedInAt = new Date(Date.now() - index * 5 * HOUR)
    const session: Partial<SessionData> = {
      cookie: { originalMaxAge: 30 * DAY },
      userId: id,
      username,
      email,
      signedInAt,
      endsAt: new Date(signedInAt.getTime() + 30 * DAY),
      remember: true,
      address: index % 4 === 3 ? `2001:db8::${index}` : `203.0.113.${index + 1}`,
      agent: AGENTS[index % AGENTS.length] ?? '',
    }
    await set(randomBytes(24).toString('base64url'), session as SessionData)
  }
}
