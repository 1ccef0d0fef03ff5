// The documents behind what a visitor sees, for promises about what is stored and for the passing of time.
import { createHash } from 'node:crypto'
import mongoose from 'mongoose'
import { attemptLimits } from '../config/limits.ts'
import type { Site } from './helper.ts'
import type { Visitor } from './visitor.ts'

export type StoredUser = { username: string; email?: string; password: unknown; details?: unknown }
export type StoredSession = {
  _id: string
  expires: Date
  session: {
    userId?: string
    username?: string
    email?: string
    signedInAt?: Date
    captcha?: Captcha
    [key: `captcha-${string}`]: Captcha
  }
}
type Captcha = { answers: string[]; expires: Date }

/** The users of a site. */
export function usersOf(site: Site) {
  return site.database.collection<StoredUser>('users')
}

/** The sessions of a site. */
export function sessionsOf(site: Site) {
  return site.database.collection<StoredSession>('sessions')
}

/** The key under which the session is stored that a visitor's cookie names. */
export function sessionKey(visitor: Visitor): string {
  const [, id = ''] = /^s:([^.]+)\./.exec(decodeURIComponent(visitor.cookie('sid') ?? '')) ?? []
  return createHash('sha256').update(id).digest('hex')
}

/** The stored session of a visitor, null if there is none. */
export function sessionOf(site: Site, visitor: Visitor) {
  return sessionsOf(site).findOne({ _id: sessionKey(visitor) })
}

/** The captchas in a stored session, the latest last. */
export function captchasOf(stored: StoredSession | null): Captcha[] {
  const entries = Object.entries(stored?.session ?? {})
  return entries.filter(([key]) => key.startsWith('captcha')).map(([, one]) => one as Captcha)
}

/** Change the stored session of a visitor, as the passing of time would. */
export async function changeSession(site: Site, visitor: Visitor, fields: Record<string, unknown>) {
  const { matchedCount } = await sessionsOf(site).updateOne(
    { _id: sessionKey(visitor) },
    { $set: fields },
  )
  if (matchedCount !== 1) throw new Error('This visitor has no stored session')
}

/** Lock a name, as failed sign-ins from many networks would have done just now. */
export async function lockName(name: string): Promise<void> {
  await countUp('account', createHash('sha256').update(name).digest('hex'))
}

/** Count so many attempts against a limit, as if they had been made just now: by default all that it allows. */
export async function countUp(
  limit: keyof typeof attemptLimits,
  key: string,
  points: number = attemptLimits[limit].points,
): Promise<void> {
  const expire = new Date(Date.now() + attemptLimits[limit].duration * 1000)
  const rows = mongoose.connection.collection('attempts')
  await rows.updateOne({ key: `${limit}:${key}` }, { $set: { points, expire } }, { upsert: true })
}

/** The collections with a document that names somebody by one of these words. */
export async function tracesOf(site: Site, words: string[]): Promise<string[]> {
  // But the mails that were caught: they stand for mails that are long in somebody's mailbox.
  const collections = (await site.database.listCollections()).filter(
    ({ name }) => name !== 'caught-mails',
  )
  const found = await Promise.all(
    collections.map(async ({ name }) => {
      const all = await site.database.collection(name).find().toArray()
      const texts = all.map((one) => JSON.stringify(one))
      return texts.some((text) => words.some((word) => text.includes(word))) ? [name] : []
    }),
  )
  return found.flat()
}
