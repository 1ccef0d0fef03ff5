// The second factor of an account, an authenticator app with recovery codes: how it begins, is renewed and ends.
import { z } from 'zod'
import { limits } from '../../config/limits.ts'
import { MINUTE } from '../../config/time.ts'
import { text } from '../../lib/form.ts'
import { decryptField, encryptField } from '../../lib/field-encryption.ts'
import { storageId } from '../../lib/session/storage-id.ts'
import { newTotpSecret, totpAddress } from '../../lib/totp.ts'
import { accept, refuse, type Accepted, type Result } from '../result.ts'
import { User, type Member, type UserDocument } from '../user.ts'
import { wayInWithout } from './passkeys/ways-in.ts'
import type { RequestContext } from './request-context.ts'
import { storeTwoFactor, type ChangedBy } from './two-factor/change.ts'
import { appStepOf, hasSecondFactor } from './two-factor/check.ts'
import { hashOfRecoveryCode, newRecoveryCodes } from './two-factor/recovery-codes.ts'

/** The form of a code that the app shows. */
export const appCode = z.object({
  code: text().refine((code) => code.trim() !== '', 'errors.code.missing'),
})

/** The form of a recovery code. */
export const recoveryCode = z.object({
  recovery: text().refine((code) => code.trim() !== '', 'errors.recovery.missing'),
})

/** What the owner sees of the factor. While it is being set up, `pending` holds the secret, for the app. */
export type TwoFactor = {
  isOn: boolean
  since?: Date
  codesLeft?: number
  pending?: { secret: string; address: string }
}

/** The codes are in no other place: whoever does not keep them now never sees them again. */
export type NewCodes = { member: Member; codes: string[] }

/** The second factor of a user. Throws if its secret can't be decrypted. */
export async function findTwoFactor(userId: string): Promise<TwoFactor> {
  const user = await findUser(userId)
  if (user && hasSecondFactor(user)) {
    const { since, recoveryCodes = [] } = user.twoFactor ?? {}
    return { isOn: true, ...(since ? { since } : {}), codesLeft: recoveryCodes.length }
  }
  const encrypted = user && pendingSecretOf(user)
  if (!encrypted) return { isOn: false }
  const secret = await decryptField(encrypted, userId)
  return { isOn: false, pending: { secret, address: totpAddress(secret, user.username) } }
}

/** Make a secret for an app. It counts once a code of the app confirms it. */
export async function beginTwoFactor({ member }: RequestContext): Promise<void> {
  const userId = member.id
  const secret = await encryptField(newTotpSecret(), userId)
  await User.updateOne(
    { _id: userId, 'twoFactor.secret': null },
    { $set: { pendingTwoFactor: { secret, at: new Date() } } },
  )
}

/** Let the app count from now on, if this is its code. All other sessions end. Returns recovery codes, to be shown once. */
export async function confirmTwoFactor(
  { code }: z.output<typeof appCode>,
  context: RequestContext,
): Promise<Result<NewCodes>> {
  const user = await findUser(context.member.id)
  const secret = user && pendingSecretOf(user)
  if (!secret) {
    const isOn = user !== undefined && hasSecondFactor(user) // confirmed in another tab
    return refuse({ code: isOn ? 'errors.code.wrong' : 'errors.code.late' })
  }
  const lastStep = await appStepOf(context.member.id, secret, code)
  if (lastStep === undefined) return refuse({ code: 'errors.code.wrong' })
  const codes = newRecoveryCodes()
  const recoveryCodes = codes.map(hashOfRecoveryCode)
  const changed = await storeTwoFactor(
    'two-factor-on',
    user,
    { 'pendingTwoFactor.secret': secret, 'twoFactor.secret': null },
    {
      $set: { twoFactor: { secret, lastStep, since: new Date(), recoveryCodes } },
      $unset: { pendingTwoFactor: 1 },
    },
    changedBy(context),
  )
  if (!changed) return refuse({ code: 'errors.code.wrong' }) // it was confirmed in this very moment
  const { member, count } = changed
  return accept({ member, codes }, { event: 'two-factor-on', userId: member.id, count })
}

/** Make ten new recovery codes in the place of the old ones. All other sessions end. Undefined if there is no factor. */
export async function renewRecoveryCodes(
  context: RequestContext,
): Promise<Accepted<NewCodes> | undefined> {
  const user = await findUser(context.member.id)
  if (!user) return undefined
  const codes = newRecoveryCodes()
  const recoveryCodes = codes.map(hashOfRecoveryCode)
  const changed = await storeTwoFactor(
    'recovery-codes-renewed',
    user,
    { 'twoFactor.secret': { $type: 'string' } },
    { $set: { 'twoFactor.recoveryCodes': recoveryCodes }, $unset: { 'twoFactor.trusted': 1 } },
    changedBy(context),
  )
  if (!changed) return undefined // ended in another tab
  const { member, count } = changed
  return accept({ member, codes }, { event: 'recovery-codes-renewed', userId: member.id, count })
}

/**
 * Ask for no code any more, if enough is left to get in where there is no password. All other sessions end. Undefined if there
 * is no factor, or what would have been left was removed in this very moment.
 */
export async function endTwoFactor(context: RequestContext): Promise<Result<Member> | undefined> {
  const user = await findUser(context.member.id)
  if (!user) return undefined
  const wayIn = wayInWithout(user, 'app')
  if (!wayIn) return refuse({ app: 'errors.app.last' })
  return takeTwoFactorOff(user, changedBy(context), wayIn)
}

/** Take the second factor off an account, by its owner where this still holds of it, or by an operator; undefined if it has none. */
export async function takeTwoFactorOff(
  user: UserDocument,
  by: ChangedBy,
  wayIn: object = {},
): Promise<Accepted<Member> | undefined> {
  const changed = await storeTwoFactor(
    'two-factor-off',
    user,
    { 'twoFactor.secret': { $type: 'string' }, ...wayIn },
    { $unset: { twoFactor: 1, pendingTwoFactor: 1 } },
    by,
  )
  if (!changed) return undefined
  const { member, count } = changed
  return accept(member, { event: 'two-factor-off', userId: member.id, count })
}

async function findUser(userId: string): Promise<UserDocument | undefined> {
  return (await User.findById(userId).lean<UserDocument | null>()) ?? undefined
}

function pendingSecretOf({ pendingTwoFactor }: UserDocument): string | undefined {
  const { secret, at } = pendingTwoFactor ?? {}
  const isOver = (at?.getTime() ?? 0) + limits.twoFactorMinutes * MINUTE < Date.now()
  return isOver ? undefined : (secret ?? undefined)
}

function changedBy({ caller, store, locale, sessionId }: RequestContext): ChangedBy {
  return { caller, store, locale, keeps: storageId(sessionId) }
}
