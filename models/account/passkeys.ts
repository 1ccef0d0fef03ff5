// The passkeys of an account: which there are, how one is added, renamed and removed.
import { z } from 'zod'
import type { PasskeySite } from '../../config/passkeys.ts'
import { text } from '../../lib/form.ts'
import { userHandle, verifyCreation } from '../../lib/passkey.ts'
import { creationField, type PasskeyCreation } from '../../lib/passkey/answer.ts'
import { storageId } from '../../lib/session/storage-id.ts'
import { accept, refuse, type Result } from '../result.ts'
import { User, type Member, type UserDocument } from '../user.ts'
import { nameOfAuthenticator } from './passkeys/known-authenticators.ts'
import { wayInWithout } from './passkeys/ways-in.ts'
import type { RequestContext } from './request-context.ts'
import { storeTwoFactor, type ChangedBy } from './two-factor/change.ts'

const MAX_PASSKEYS = 20 // of one account
const MAX_NAME = 64 // characters

/** The form of a passkey that a browser has made. */
export const newPasskey = z.object({ credential: creationField })

/** The form of a passkey's name. */
export const passkeyName = z.object({
  name: text()
    .transform((name) => name.trim())
    .refine((name) => name !== '' && name.length <= MAX_NAME, 'errors.passkey.name'),
})

/** A passkey as its owner sees it; `name` is empty where neither its maker nor its owner gave it one. */
export type Passkey = {
  id: string
  name: string
  madeAt: Date
  usedAt: Date | undefined
  synced: boolean
  transports: string[]
  /** False for one that lets nobody in without the password. */
  isEnough: boolean
}

/** The passkeys of a user, the oldest first. */
export async function findPasskeys(userId: string): Promise<Passkey[]> {
  const user = await User.findById(userId).select('passkeys').lean<UserDocument | null>()
  return passkeysOf(user)
}

/** The passkeys in the document of a user, the oldest first. */
export function passkeysOf(user: Pick<UserDocument, 'passkeys'> | null): Passkey[] {
  return (user?.passkeys ?? []).map((one) => ({
    id: one.id ?? '',
    name: one.name ?? '',
    madeAt: one.madeAt ?? new Date(0),
    usedAt: one.usedAt ?? undefined,
    synced: one.synced === true,
    transports: one.transports,
    isEnough: one.userVerified === true,
  }))
}

/** What a browser may be told of the passkeys that count, so that it offers no others, and of the name they stand under. */
export function passkeySignals(site: PasskeySite, { id, username }: Member, passkeys: Passkey[]) {
  const user = { rpId: site.id, userId: userHandle(id) }
  return {
    signalAllAcceptedCredentials: {
      ...user,
      allAcceptedCredentialIds: passkeys.map((one) => one.id),
    },
    signalCurrentUserDetails: { ...user, name: username, displayName: username },
  }
}

/** Add a passkey that signed this challenge. All other sessions end, and a letter tells of it. */
export async function addPasskey(
  credential: PasskeyCreation,
  challenge: string | undefined,
  site: PasskeySite,
  context: RequestContext,
): Promise<Result<Member>> {
  if (challenge === undefined) return refuse({ credential: 'errors.passkey.late' })
  const made = await verifyCreation(site, challenge, credential)
  if (!made) return refuse({ credential: 'errors.passkey.wrong' })
  const user = await User.findById(context.member.id).lean<UserDocument | null>()
  if (!user || (await User.exists({ 'passkeys.id': made.id }))) {
    return refuse({ credential: 'errors.passkey.taken' })
  }
  const passkey = { ...made, name: nameOfAuthenticator(made.aaguid), madeAt: new Date() }
  const changed = await storeTwoFactor(
    'passkey-added',
    user,
    { [`passkeys.${MAX_PASSKEYS - 1}`]: { $exists: false } },
    { $push: { passkeys: passkey }, $unset: { 'twoFactor.trusted': 1 } },
    changedBy(context),
  )
  if (!changed) return refuse({ credential: 'errors.passkey.many' })
  const { member, count } = changed
  return accept(member, { event: 'passkey-added', userId: member.id, count })
}

/** Give a passkey another name; false if the user has none with this id. */
export async function renamePasskey(
  userId: string,
  id: string,
  { name }: z.output<typeof passkeyName>,
): Promise<boolean> {
  const { matchedCount } = await User.updateOne(
    { _id: userId, 'passkeys.id': id },
    { $set: { 'passkeys.$.name': name } },
  )
  return matchedCount > 0
}

/** Remove a passkey, if enough is left to get in. All other sessions end, and a letter tells of it. Throws if the account is gone. */
export async function removePasskey(id: string, context: RequestContext): Promise<Result<Member>> {
  const userId = context.member.id
  const user = await User.findById(userId).lean<UserDocument>().orFail()
  const wayIn = wayInWithout(user, { passkey: id })
  if (!wayIn) return refuse({ credential: 'errors.passkey.last' })
  const changed = await storeTwoFactor(
    'passkey-removed',
    user,
    { $and: [{ 'passkeys.id': id }, wayIn] },
    { $pull: { passkeys: { id } }, $unset: { 'twoFactor.trusted': 1 } },
    changedBy(context),
  )
  if (!changed) {
    // Removed in another tab, or what would have been left was.
    const isThere = await User.exists({ _id: userId, 'passkeys.id': id })
    return refuse({ credential: isThere ? 'errors.passkey.last' : 'errors.passkey.gone' })
  }
  const { member, count } = changed
  return accept(member, { event: 'passkey-removed', userId: member.id, count })
}

function changedBy({ caller, store, locale, sessionId }: RequestContext): ChangedBy {
  return { caller, store, locale, keeps: storageId(sessionId) }
}
