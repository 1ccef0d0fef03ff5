// The devices on which somebody has signed in: failures elsewhere do not lock these out (OWASP: device cookies).
import { createHash } from 'node:crypto'
import mongoose from 'mongoose'
import { DEVICE_TTL } from '../../config/session.ts'
import { User } from '../user.ts'

/** The filter for one account, and for how it has to be. */
export type Account = { _id: mongoose.Types.ObjectId }
type Device = { hash: string; at: Date } | null // documents from elsewhere may hold anything

const MAX_DEVICES = 50 // of one account, as many as it may have sessions: the one that was longest away goes

/**
 * Keep that somebody signed in on the device with this id. The account holds the hash: whoever reads it has no cookie. False if
 * there is no such account any more.
 */
export async function keepDevice(account: Account, device: string): Promise<boolean> {
  const hash = hashOf(device)
  const seen = { hash, at: new Date() }
  const others = { $filter: { input: { $ifNull: ['$devices', []] }, cond: isOther(hash) } }
  const devices = { $slice: [{ $concatArrays: [others, [seen]] }, -MAX_DEVICES] }
  const { matchedCount } = await User.collection.updateOne(account, [{ $set: { devices } }])
  return matchedCount > 0
}

/** True if this user signed in on this device lately. For a name that nobody has the database is asked the same. */
export async function isKnownDevice(userId: string | undefined, device: string): Promise<boolean> {
  const seen = { hash: hashOf(device), at: { $gt: oldest() } }
  const filter = { ...idOf(userId), devices: { $elemMatch: seen } }
  return (await User.collection.findOne(filter, { projection: { _id: 1 } })) !== null
}

/**
 * True if this user has signed in before, but not lately on the device with this id, or on one without an id. The first sign-in
 * of an account has nothing to compare with: whoever makes it has just registered.
 */
export async function isNewDevice(userId: string, device: string | undefined): Promise<boolean> {
  const user = await User.collection.findOne(idOf(userId), { projection: { devices: 1 } })
  const devices = user?.devices as unknown // not there before the first sign-in
  const sent = device === undefined ? undefined : hashOf(device)
  const isKnown = (one: Device) => one !== null && one.hash === sent && one.at > oldest()
  return Array.isArray(devices) && !devices.some(isKnown)
}

function isOther(hash: string) {
  return { $and: [{ $ne: ['$$this.hash', hash] }, { $gt: ['$$this.at', oldest()] }] }
}

function oldest(): Date {
  return new Date(Date.now() - DEVICE_TTL)
}

/** The filter for the account of this user, however it is. */
export function idOf(userId: string | undefined): Account {
  return { _id: new mongoose.Types.ObjectId(userId) } // without one, an id that is nobody's
}

function hashOf(device: string): string {
  return createHash('sha256').update(device).digest('hex')
}
