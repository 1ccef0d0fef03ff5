// A batch of an import against the database: which users are there already, and which are written.
import { createHash } from 'node:crypto'
import mongoose from 'mongoose'
import { hashFormat } from '../../../lib/password.ts'
import type { NewUser } from './row.ts'
import { keysOf, User } from '../../user.ts'

const { MongoBulkWriteError } = mongoose.mongo

/** What stands against a row: the very user, or another one with the name or the address. */
export type Claim = 'same' | 'username-taken' | 'email-taken'
/** Of documents that were not written, by their place in the batch, why; or that it has to be found out. */
type Unwritten = Map<number, Claim | 'look again'>
export type Insert = (users: NewUser[]) => Promise<Unwritten>
type Stored = { username?: unknown; email?: unknown; password?: unknown }

/** Look up who has the names and addresses of these users; returns a function that says it for each of them. */
export async function findClaims(users: NewUser[]): Promise<(user: NewUser) => Claim | undefined> {
  const names = { $in: users.flatMap(({ username, email }) => [username, email ?? []].flat()) }
  const keys = { $in: users.flatMap((user) => user.keys) }
  // In two queries: documents of old have no keys where another one claims them.
  const [byKey, byField] = await Promise.all([
    find({ keys }),
    find({
      $or: [
        { username: names, usernameKey: null },
        { email: names, emailKey: null },
      ],
    }),
  ])
  const stored = [...byField, ...byKey] // the later wins below, and that is the one with keys
  const holders = new Map(stored.flatMap((one) => storedKeys(one).keys.map((key) => [key, one])))
  return (user) => {
    const holder = holders.get(user.usernameKey ?? '')
    if (holder) return isSame(user, holder) ? 'same' : 'username-taken'
    return user.keys.some((key) => holders.has(key)) ? 'email-taken' : undefined
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
  const claimed = new Map<number, number>() // by the user who has a name; no number for an address
  return (users) => {
    const unwritten: Unwritten = new Map()
    for (const [index, user] of users.entries()) {
      const name = mark(user.usernameKey ?? '')
      const email = user.emailKey === undefined ? undefined : mark(user.emailKey)
      const whole = mark(`${user.usernameKey ?? ''} ${user.emailKey ?? ''} ${user.password}`)
      if (claimed.has(name)) {
        unwritten.set(index, claimed.get(name) === whole ? 'same' : 'username-taken')
      } else if (email !== undefined && claimed.has(email)) {
        unwritten.set(index, 'email-taken')
      } else {
        if (email !== undefined) claimed.set(email, NaN)
        claimed.set(name, whole)
      }
    }
    return Promise.resolve(unwritten)
  }
}

async function find(filter: object): Promise<Stored[]> {
  return User.find(filter).select('username email password').lean<Stored[]>()
}

// The same person, if nothing speaks against it: a password that is no bare md5 any more was upgraded or changed since.
function isSame(user: NewUser, stored: Stored): boolean {
  const { usernameKey, emailKey } = storedKeys(stored)
  return (
    usernameKey === user.usernameKey &&
    emailKey === user.emailKey &&
    (hashFormat(stored.password) !== 'bare md5' ||
      String(stored.password).toLowerCase() === user.password)
  )
}

function storedKeys({ username, email }: Stored) {
  return keysOf({ username: textOf(username), email: textOf(email) })
}

// Documents from elsewhere may hold anything in any field.
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

// 48 bits of a hash as a number: a million rows hold two that differ and look alike with a chance of one in five hundred.
function mark(text: string): number {
  return createHash('sha256').update(text).digest().readUIntBE(0, 6)
}
