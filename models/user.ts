// The users: their documents, and how one is found.
import mongoose, { Schema, type InferSchemaType, type Types } from 'mongoose'
import { emailKey } from './user/email.ts'
import { usernameKey } from './user/username.ts'

const schema = new Schema(
  {
    username: { type: String, required: true },
    usernameKey: String,
    email: String,
    emailKey: String,
    password: { type: String, required: true },
    createdAt: Date,
    emailVerifiedAt: Date,
    pendingEmail: { type: { address: String, askedAt: Date }, _id: false },
    refusedEmail: String, // the user's own address or the pending one, if a mail server refuses mails to it for good
    passwordChangedAt: Date,
    lockedAt: Date, // by an operator; what the throttle locks is in models/sign-in/throttle.ts
    devices: { type: [{ hash: String, at: Date, _id: false }], default: undefined }, // where this user signed in: models/sign-in/device.ts
    demo: Boolean, // made by `sesame demo`, which may delete it again whatever its name has become
  },
  { collection: 'users', versionKey: false },
)

// Documents of the seed's kind have no keys: only those that do have to be unique, and the plain fields find the others.
const withKey = (key: string) => ({ partialFilterExpression: { [key]: { $exists: true } } })
const withoutKey = (key: string) => ({ partialFilterExpression: { [key]: null } })
schema.index({ usernameKey: 1 }, { unique: true, ...withKey('usernameKey') })
schema.index({ emailKey: 1 }, { unique: true, ...withKey('emailKey') })
schema.index({ username: 1 }, withoutKey('usernameKey'))
schema.index({ email: 1 }, withoutKey('emailKey'))

// Once in a process, however often this file is loaded: tests load it anew for each of theirs.
const model = () => mongoose.model('User', schema)
export const User = (mongoose.models.User as ReturnType<typeof model> | undefined) ?? model()
export type UserDocument = InferSchemaType<typeof schema> & { _id: Types.ObjectId }

/** Somebody who is signed in, as the session knows them, and which password it was that let them in. */
export type Member = { id: string; username: string; email: string; passwordChangedAt?: Date }

/** The keys by which names and addresses are unique. A document from elsewhere may have no email. */
export function keysOf({ username, email }: { username: string; email?: string | null }) {
  return {
    usernameKey: usernameKey(username),
    ...(email ? { emailKey: emailKey(email) } : {}),
  }
}

/** What the account page shows of a user; undefined if the account is gone. */
export async function findAccount(id: string) {
  const fields = 'username email createdAt emailVerifiedAt refusedEmail pendingEmail'
  const user = await User.findById(id).select(fields).lean()
  const refused = user?.refusedEmail
  const isCurrent = refused === user?.email || refused === user?.pendingEmail?.address
  return user
    ? {
        username: user.username,
        email: user.email ?? '',
        memberSince: user.createdAt ?? user._id.getTimestamp(),
        isVerified: user.emailVerifiedAt instanceof Date,
        ...(refused && isCurrent ? { refusedEmail: refused } : {}),
      }
    : undefined
}

// One query for both kinds of documents, so that how long it takes shows nothing of which kind, or whether, it found.
// The values are strings by the form's schema: an object here would be an operator, a list an "any of".

/** The filter that finds the user with this username. */
export function byUsername(name: string) {
  return { $or: [{ usernameKey: usernameKey(name) }, { username: name, usernameKey: null }] }
}

/** The filter that finds the user with this email address. */
export function byEmail(email: string) {
  return { $or: [{ emailKey: emailKey(email) }, { email, emailKey: null }] }
}

/**
 * The user who signs in by this name: a username, or an email address. One query, whatever it finds.
 * Names of old sites may look like an address; then the user with that address comes first.
 */
export async function findByName(name: string): Promise<UserDocument | undefined> {
  const filter = name.includes('@')
    ? { $or: [...byEmail(name).$or, ...byUsername(name).$or] }
    : byUsername(name)
  // Descending, so that of a document with a key and an old one without, the one with the key counts.
  const found = await User.collection // the filter's values are texts: mongoose has nothing to cast
    .find<UserDocument>(filter, { sort: { usernameKey: -1 }, limit: 4 })
    .toArray()
  const isByEmail = ({ email }: UserDocument) => email && emailKey(email) === emailKey(name)
  return (name.includes('@') ? found.find(isByEmail) : undefined) ?? found[0]
}

/** Which field of a new document somebody else has already; any error but a duplicate key is thrown on. */
export function takenField(error: unknown): 'username' | 'email' {
  const duplicate = error as { code?: unknown; keyPattern?: Record<string, unknown> }
  if (duplicate.code !== 11000) throw error
  return duplicate.keyPattern && 'emailKey' in duplicate.keyPattern ? 'email' : 'username'
}

/** What a session keeps of a user. */
export function memberOf(user: UserDocument): Member {
  const { _id, username, email, passwordChangedAt } = user
  return {
    id: _id.toString(),
    username,
    email: email ?? '',
    ...(passwordChangedAt ? { passwordChangedAt } : {}),
  }
}

/** False if the account was deleted, locked or renamed, or its password or address changed, since this member was let in. */
export async function isStillMember(member: Member): Promise<boolean> {
  const { id, username, email, passwordChangedAt = null } = member
  const address = email === '' ? {} : { email }
  const unchanged = { username, ...address, passwordChangedAt, lockedAt: null }
  const found = await User.collection.findOne(
    { _id: new mongoose.Types.ObjectId(id), ...unchanged }, // without mongoose, which has nothing to cast here
    { projection: { _id: 1 } },
  )
  return found !== null
}
