// Somebody uses a passkey: whose it is, and whether the answer to the challenge is right.
import type { PasskeySite } from '../../../config/passkeys.ts'
import { userHandle, verifyUse } from '../../../lib/passkey.ts'
import type { PasskeyUse } from '../../../lib/passkey/answer.ts'
import { User, type UserDocument } from '../../user.ts'

/** What the browser answered to which challenge; undefined if the session had none, or it is too old, or it was used. */
export type PasskeyAnswer = { site: PasskeySite; use: PasskeyUse; challenge: string | undefined }

export type PasskeyUsed =
  | { ok: true; user: UserDocument; userVerified: boolean }
  | {
      ok: false
      reason: 'old-challenge' | 'unknown-passkey' | 'wrong-passkey' | 'passkey-copied'
      userId?: string
    }

/**
 * Find out whose passkey this is. One that nobody has takes the same work as one that somebody has. `userVerified` is true if
 * the authenticator checked who was there, now and when the passkey was made.
 */
export async function usePasskey({ site, use, challenge }: PasskeyAnswer): Promise<PasskeyUsed> {
  if (challenge === undefined) return { ok: false, reason: 'old-challenge' }
  const user = await User.findOne({ 'passkeys.id': use.id }).lean<UserDocument | null>()
  const passkey = user?.passkeys?.find(({ id }) => id === use.id)
  const used = await verifyUse(site, challenge, use, passkey?.publicKey ?? undefined)
  if (!user || !passkey) return { ok: false, reason: 'unknown-passkey' }
  const userId = user._id.toString()
  const handle = use.response.userHandle ?? ''
  if (!used || ![userHandle(userId), ''].includes(handle)) {
    return { ok: false, reason: 'wrong-passkey', userId }
  }
  const { counter, synced, userVerified } = used
  // Many authenticators count nothing, and always say 0. Where one counts, a number that does not grow comes from a copy of it
  // (WebAuthn, 6.1.1). Compared and raised in one step of the database.
  const before = counter === 0 ? 0 : { $lt: counter }
  const { matchedCount } = await User.updateOne(
    { _id: userId, passkeys: { $elemMatch: { id: use.id, counter: before } } },
    {
      $set: {
        'passkeys.$.counter': counter,
        'passkeys.$.usedAt': new Date(),
        'passkeys.$.synced': synced,
      },
    },
  )
  if (matchedCount === 0) return { ok: false, reason: 'passkey-copied', userId }
  return { ok: true, user, userVerified: userVerified && passkey.userVerified === true }
}
