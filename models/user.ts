// The users: their documents, and how one is found.
import mongoose, { Schema, type InferSchemaType, type Types } from 'mongoose'
import { shownDetails } from './user/field-values.ts'
import { nameKey } from './user/name-key.ts'

const schema = new Schema(
  {
    username: { type: String, required: true },
    usernameKey: String,
    email: String,
    emailKey: String,
    keys: { type: [String], default: undefined }, // both: nobody claims as a name what another one has as an address
    password: { type: String, required: true },
    createdAt: Date,
    emailVerifiedAt: Date,
    pendingEmail: { type: { address: String, askedAt: Date }, _id: false },
    refusedEmail: String, // the user's own address or the pending one, if a mail server refuses mails to it for good
    passwordChangedAt: Date,
    lockedAt: Date, // by an operator; what the throttle locks is in models/sign-in/throttle.ts
    twoFactor: {
      type: {
        secret: String, // of the app, encrypted with ENCRYPTION_KEYS
        lastStep: Number, // of the last code that was used up
        since: Date,
        recoveryCodes: [String], // hashes of those that are left
        trusted: [
          { hash: String, at: Date, until: Date, address: String, agent: String, _id: false },
        ],
        _id: false,
      },
      default: undefined,
    },
    twoFactorChangedAt: Date,
    pendingTwoFactor: { type: { secret: String, at: Date }, _id: false }, // until a code of the app confirms it
    passkeys: {
      type: [
        {
          id: String, // both in base64url
          publicKey: String,
          counter: Number,
          transports: [String],
          aaguid: String,
          name: String,
          madeAt: Date,
          usedAt: Date,
          synced: Boolean,
          userVerified: Boolean, // whether it checked who made it: if not, it is a second factor only
          _id: false,
        },
      ],
      default: undefined,
    },
    details: { type: Schema.Types.Mixed, default: undefined }, // by the fields of models/user/fields.ts
    devices: { type: [{ hash: String, at: Date, _id: false }], default: undefined }, // where this user signed in: models/sign-in/device.ts
    demo: Boolean, // made by `sesame demo`, which may delete it again whatever its name has become
  },
  { collection: 'users', versionKey: false },
)

// Documents of the seed's kind have no keys: only those that do have to be unique, and the plain fields find the others.
const withoutKey = (key: string) => ({ partialFilterExpression: { [key]: null } })
schema.index({ keys: 1 }, { unique: true, partialFilterExpression: { keys: { $exists: true } } })
schema.index({ username: 1 }, withoutKey('usernameKey'))
schema.index({ email: 1 }, withoutKey('emailKey'))
schema.index(
  { 'passkeys.id': 1 }, // one passkey opens one account
  { unique: true, partialFilterExpression: { 'passkeys.id': { $exists: true } } },
)
schema.index({ createdAt: 1 }, withoutKey('keys')) // for models/user/legacy.ts

// Once in a process, however often this file is loaded: tests load it anew for each of theirs.
const model = () => mongoose.model('User', schema)
export const User = (mongoose.models.User as ReturnType<typeof model> | undefined) ?? model()
export type UserDocument = InferSchemaType<typeof schema> & { _id: Types.ObjectId }

/** Somebody who is signed in, as the session knows them, and which password and second factor it was that let them in. */
export type Member = {
  id: string
  username: string
  email: string
  passwordChangedAt?: Date
  twoFactorChangedAt?: Date
}

/** What somebody goes by. A document from elsewhere may have no email, or a name that another one has. */
export type Names = { username?: string | null | undefined; email?: string | null | undefined }

/** The keys by which names and addresses are unique. */
export function keysOf({ username, email }: Names) {
  const usernameKey = username ? nameKey(username) : undefined
  const emailKey = email ? nameKey(email) : undefined
  return {
    ...(usernameKey === undefined ? {} : { usernameKey }),
    ...(emailKey === undefined ? {} : { emailKey }),
    keys: [usernameKey, emailKey].filter((key) => key !== undefined),
  }
}

/** What the account page shows of a user; undefined if the account is gone. */
export async function findAccount(id: string) {
  const fields =
    'username email createdAt emailVerifiedAt refusedEmail pendingEmail twoFactor details'
  const user = await User.findById(id).select(fields).lean()
  const refused = user?.refusedEmail
  const isCurrent = refused === user?.email || refused === user?.pendingEmail?.address
  return user
    ? {
        username: user.username,
        email: user.email ?? '',
        memberSince: user.createdAt ?? user._id.getTimestamp(),
        isVerified: user.emailVerifiedAt instanceof Date,
        ...shownDetails(user.details),
        ...(user.twoFactor ? { recoveryCodesLeft: user.twoFactor.recoveryCodes.length } : {}),
        ...(refused && isCurrent ? { refusedEmail: refused } : {}),
      }
    : undefined
}

// One query for both kinds of documents, so that how long it takes shows nothing of which kind, or whether, it found.
// The values are strings by the form's schema: an object here would be an operator, a list an "any of".

/** The filter that finds whoever has this as the username or as the email address. */
export function byName(name: string) {
  const [byUsername, byEmail] = [
    { username: name, usernameKey: null },
    { email: name, emailKey: null },
  ]
  return { $or: [{ keys: nameKey(name) }, byUsername, byEmail] }
}

/**
 * The user who signs in by this name: a username, or an email address. One query, whatever it finds. A document from elsewhere
 * may have a name whose key is another one's: then whoever has exactly this username comes first, so that nobody is locked out.
 */
export async function findByName(name: string): Promise<UserDocument | undefined> {
  const key = nameKey(name)
  // Descending, so that of a document with a key and an old one without, the one with the key counts.
  const found = await User.collection // the filter's values are texts: mongoose has nothing to cast
    .find<UserDocument>(byName(name), { sort: { usernameKey: -1 }, limit: 4 })
    .toArray()
  const holder = found.find(({ keys }) => keys?.includes(key))
  const byUsername = found.find(({ username }) => username === name)
  return byUsername ?? holder ?? found[0]
}

/** The key that another user has already, where that kept a document from being written. Any other error is thrown on. */
export function takenKey(error: unknown): string {
  const duplicate = error as { code?: unknown; keyValue?: Record<string, string> }
  if (duplicate.code !== 11000) throw error
  return Object.values(duplicate.keyValue ?? {})[0] ?? ''
}

/** Now, but never the moment of the change before: what was seen before a change must not look unchanged after it. */
export function nowAfter(before: Date | null | undefined): Date {
  return new Date(Math.max(Date.now(), (before?.getTime() ?? 0) + 1))
}

/** What a session keeps of a user. */
export function memberOf(user: UserDocument): Member {
  const { _id, username, email, passwordChangedAt, twoFactorChangedAt } = user
  return {
    id: _id.toString(),
    username,
    email: email ?? '',
    ...(passwordChangedAt ? { passwordChangedAt } : {}),
    ...(twoFactorChangedAt ? { twoFactorChangedAt } : {}),
  }
}

/** False if the account is not as it was when this member was let in. */
export async function isStillMember(member: Member): Promise<boolean> {
  const found = await User.collection.findOne(unchanged(member), { projection: { _id: 1 } })
  return found !== null
}

/**
 * The filter for the account of a member that was not deleted, locked or renamed, and whose password, address and second factor
 * did not change, since this member was let in.
 */
export function unchanged(member: Member) {
  const { id, username, email, passwordChangedAt = null, twoFactorChangedAt = null } = member
  const address = email === '' ? {} : { email }
  const state = { passwordChangedAt, twoFactorChangedAt, lockedAt: null }
  return { _id: new mongoose.Types.ObjectId(id), username, ...address, ...state } // for the driver alone: nothing is cast
}
