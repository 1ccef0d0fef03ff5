// The tokens of links in mails: random, kept as a hash alone, used once.
import { createHash, randomBytes } from 'node:crypto'
import mongoose from 'mongoose'
import { limits } from '../../config/limits.ts'
import { DAY, MINUTE } from '../../config/time.ts'
import { User, type UserDocument } from '../user.ts'

const BYTES = 32 // of random: nobody finds one by trying
const SHAPE = /^[\w-]{43}$/ // what that many bytes look like in base64url

/** How long a link of each purpose counts, in milliseconds. */
export const tokenTtl = {
  'password-reset': limits.resetMinutes * MINUTE,
  'verify-email': limits.confirmDays * DAY,
  'email-change': limits.confirmDays * DAY,
  'not-me': limits.notMeDays * DAY,
} as const

export type Purpose = keyof typeof tokenTtl

/** What the account was like when the link was made. A link counts only while that is still so. */
export type Seen = { emailKey?: string; passwordChangedAt?: Date; newEmail?: string }
export type Token = { _id: string; purpose: Purpose; userId: string; seen: Seen; expires: Date }

/** Make a token; what is returned goes into the one link and is nowhere else. A stolen database holds hashes only. */
export async function issueToken(purpose: Purpose, userId: string, seen: Seen): Promise<string> {
  const token = randomBytes(BYTES).toString('base64url')
  const now = Date.now()
  const expires = new Date(now + tokenTtl[purpose])
  await purgeTokens()
  await tokens().insertOne({ _id: hashOf(token), purpose, userId, seen, expires })
  // A letter that is written while its recipient deletes the account must not leave a link to it.
  if (!(await User.exists({ _id: userId }))) await endTokens(userId)
  return token
}

/** Make the token of a link that replaces this user's password, whether the user or an operator requested it. */
export async function issueReset(user: UserDocument): Promise<string> {
  const { _id, emailKey, passwordChangedAt } = user
  return issueToken('password-reset', _id.toString(), {
    ...(emailKey ? { emailKey } : {}),
    ...(passwordChangedAt ? { passwordChangedAt } : {}),
  })
}

/** The token of a link, if it counts; looking at it does not use it, because mail scanners open every link. */
export async function findToken(purpose: Purpose, token: string): Promise<Token | undefined> {
  return SHAPE.test(token)
    ? ((await tokens().findOne(alive(purpose, token))) ?? undefined)
    : undefined
}

/** Use a token up. Found and removed in one step: of parallel requests with one link a single one gets it. */
export async function takeToken(purpose: Purpose, token: string): Promise<Token | undefined> {
  return SHAPE.test(token)
    ? ((await tokens().findOneAndDelete(alive(purpose, token))) ?? undefined)
    : undefined
}

/** True if the link that is stored under this hash was used up, or has ended otherwise. */
export async function isTokenGone(hash: string): Promise<boolean> {
  return (await tokens().findOne({ _id: hash })) === null
}

/** The links of a user that still count. */
export async function findTokens(userId: string): Promise<Token[]> {
  return tokens()
    .find({ userId, expires: { $gt: new Date() } })
    .toArray()
}

/** End the links of a user, of one purpose or of all. */
export async function endTokens(userId: string, purpose?: Purpose): Promise<void> {
  await tokens().deleteMany({ userId, ...(purpose ? { purpose } : {}) })
}

/** Delete the links that do not count any more. */
export async function purgeTokens(): Promise<void> {
  await tokens().deleteMany({ expires: { $lt: new Date() } })
}

function alive(purpose: Purpose, token: string) {
  return { _id: hashOf(token), purpose, expires: { $gt: new Date() } }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

function tokens() {
  return mongoose.connection.collection<Token>('tokens')
}
