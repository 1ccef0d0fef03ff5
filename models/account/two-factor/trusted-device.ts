// The devices on which somebody is not asked for a code for thirty days.
import { createHash } from 'node:crypto'
import { TRUST_TTL } from '../../../config/session.ts'
import type { SecurityEvent } from '../../security-event.ts'
import { User, type UserDocument } from '../../user.ts'

const MAX_DEVICES = 50 // of one account, as many as it may have sessions: the one that was trusted first goes

/** A device as its owner sees it; `id` is what is stored of its cookie. */
export type TrustedDevice = { id: string; at: Date; until: Date; address: string; agent: string }

/** Ask for no code on the device with this cookie. The account holds a hash: whoever reads it has no cookie. */
export async function trustDevice(
  userId: string,
  cookie: string,
  { address, agent }: Pick<TrustedDevice, 'address' | 'agent'>,
): Promise<void> {
  const at = new Date()
  const one = {
    hash: hashOf(cookie),
    at,
    until: new Date(at.getTime() + TRUST_TTL),
    address,
    agent,
  }
  await User.updateOne(
    { _id: userId, 'twoFactor.secret': { $type: 'string' } },
    { $push: { 'twoFactor.trusted': { $each: [one], $slice: -MAX_DEVICES } } },
  )
}

/** True if this user is asked for no code on the device with this cookie. */
export function isTrusted(user: UserDocument, cookie: string | undefined): boolean {
  const hash = cookie === undefined ? undefined : hashOf(cookie)
  return devicesOf(user).some(({ id }) => id === hash)
}

/** The devices on which this user is asked for no code, the latest first. */
export async function findTrustedDevices(userId: string): Promise<TrustedDevice[]> {
  const user = await User.findById(userId).select('twoFactor').lean<UserDocument | null>()
  return user ? devicesOf(user).reverse() : []
}

/** Ask for a code again on one of these devices; `ok` is false if none has this id. */
export async function endTrust(
  userId: string,
  id: string,
): Promise<{ ok: boolean; events: SecurityEvent[] }> {
  const { matchedCount } = await User.updateOne(
    { _id: userId, 'twoFactor.trusted.hash': id },
    { $pull: { 'twoFactor.trusted': { hash: id } } },
  )
  const ok = matchedCount > 0
  return { ok, events: ok ? [{ event: 'trust-ended', userId }] : [] }
}

function devicesOf({ twoFactor }: UserDocument): TrustedDevice[] {
  const now = new Date()
  return (twoFactor?.trusted ?? [])
    .map(({ hash, at, until, address, agent }) => ({
      id: hash ?? '',
      at: at ?? now,
      until: until ?? now,
      address: address ?? '',
      agent: agent ?? '',
    }))
    .filter(({ until }) => until > now)
}

function hashOf(cookie: string): string {
  return createHash('sha256').update(cookie).digest('hex')
}
