// A batch of an import against the database: which users are there already, and which are written.
import { createHash } from 'node:crypto'
import mongoose from 'mongoose'
import { hashFormat } from '../../../lib/password.ts'
import { emailKey } from '../../user/email.ts'
import type { NewUser } from './row.ts'
import { User } from '../../user.ts'
import { usernameKey } from '../../user/username.ts'

const { MongoBulkWriteError } = mongoose.mongo

/** What stands against a row: the very user, or another one with the name or the address. */
export type Claim = 'same' | 'username-taken' | 'email-taken'
/** Of documents that were not written, by their place in the batch, why; or that it has to be found out. */
type Unwritten = Map<number, Claim | 'look again'>
export type Insert = (users: NewUser[]) => Promise<Unwritten>
type Stored = {
  username?: unknown
  usernameKey?: string
  email?: unknown
  emailKey?: string
  password?: unknown
}

/** Look up who has the names and addresses of these users; returns a function that says it for each of them. */
export async function findClaims(users: NewUser[]): Promise<(user: NewUser) => Claim | undefined> {
  const names = users.map(({ username }) => username)
  const emails = users.flatMap(({ email }) => email ?? [])
  const nameKeys = { $in: users.map(({ usernameKey }) => usernameKey) }
  const emailKeys = { $in: users.flatMap(({ emailKey }) => emailKey ?? []) }
  // In two queries: documents of old have no keys where another one claims them.
  const [byKey, byField] = await Promise.all([
    find({ $or: [{ usernameKey: nameKeys }, { emailKey: emailKeys }] }),
    find({
      $or: [
        { username: { $in: names }, usernameKey: null },
        { email: { $in: emails }, emailKey: null },
      ],
    }),
  ])
  const stored = [...byField, ...byKey] // the later wins below, and that is the one with keys
  const byName = new Map(
    stored.map((one) => [one.usernameKey ?? usernameKey(textOf(one.username)), one]),
  )
  const byEmail = new Set(stored.map((one) => one.emailKey ?? emailKey(textOf(one.email))))
  return (user) => {
    const sameName = byName.get(user.usernameKey)
    if (sameName) return isSame(user, sameName) ? 'same' : 'username-taken'
    const isEmailTaken = user.emailKey !== undefined && byEmail.has(user.emailKey)
    return isEmailTaken ? 'email-taken' : undefined
  }
}

/** Write the users that can be; each at once with its keys. Returns which could not. */
export async function insertUsers(users: NewUser[]): Promise<Unwritten> {
  if (users.length === 0) return new Map()
  try {
    await User.collection.insertMany(users, { ordered: false })
    return new Map()
  } catch (error) {
    const failures = error instanceof MongoBulkWriteError ? [error.writeErrors].flat() : []
    if (failures.length === 0 || failures.some(({ code }) => code !== 11000)) throw error
    return new Map(failures.map(({ index }) => [index, 'look again']))
  }
}

/** What takes the place of writing where nothing shall be written: it remembers the keys, about a hundred bytes for each row. */
export function rehearse(): Insert {
  const names = new Map<number, number>()
  const emails = new Set<number>()
  return (users) => {
    const unwritten: Unwritten = new Map()
    for (const [index, user] of users.entries()) {
      const name = mark(user.usernameKey)
      const email = user.emailKey === undefined ? undefined : mark(user.emailKey)
      const whole = mark(`${user.usernameKey} ${user.emailKey ?? ''} ${user.password}`)
      if (names.has(name)) {
        unwritten.set(index, names.get(name) === whole ? 'same' : 'username-taken')
      } else if (email !== undefined && emails.has(email)) {
        unwritten.set(index, 'email-taken')
      } else {
        names.set(name, whole)
        if (email !== undefined) emails.add(email)
      }
    }
    return Promise.resolve(unwritten)
  }
}

async function find(filter: object): Promise<Stored[]> {
  return User.find(filter).select('username usernameKey email emailKey password').lean<Stored[]>()
}

// The same person, if nothing speaks against it: a password that is no bare md5 any more was upgraded or changed since.
function isSame(user: NewUser, stored: Stored): boolean {
  const address = stored.email ? emailKey(textOf(stored.email)) : undefined
  return (
    address === user.emailKey &&
    (hashFormat(stored.password) !== 'bare md5' ||
      String(stored.password).toLowerCase() === user.password)
  )
}

// Documents from elsewhere may hold anything in any field.
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

// 48 bits of a hash as a number: a million rows hold two that differ and look alike with a chance of one in five hundred.
function mark(text: string): number {
  return createHash('sha256').update(text).digest().readUIntBE(0, 6)
}
