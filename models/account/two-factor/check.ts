// What somebody proves a second time who they are with: the code of an app, or a recovery code, each once.
import { tidyText } from '../../../lib/code-points.ts'
import { decryptField } from '../../../lib/field-encryption.ts'
import { stepOfCode } from '../../../lib/totp.ts'
import { User, type UserDocument } from '../../user.ts'
import { hashOfRecoveryCode } from './recovery-codes.ts'

/** True if the password alone does not let this user in. */
export function hasSecondFactor({ twoFactor }: Pick<UserDocument, 'twoFactor'>): boolean {
  return typeof twoFactor?.secret === 'string'
}

/**
 * Use up a code of the app; false if it is wrong, older than the one before, or was used. The last step is compared and raised
 * in one step of the database: of many requests with one code, however close, a single one gets through (ASVS 6.5.1).
 */
export async function takeAppCode(userId: string, typed: string): Promise<boolean> {
  const user = await User.findById(userId).select('twoFactor').lean<UserDocument | null>()
  const { secret } = user?.twoFactor ?? {}
  const step = secret ? await appStepOf(userId, secret, typed) : undefined
  if (!secret || step === undefined) return false
  const { matchedCount } = await User.updateOne(
    { _id: userId, 'twoFactor.secret': secret, 'twoFactor.lastStep': { $lt: step } },
    { $set: { 'twoFactor.lastStep': step } },
  )
  return matchedCount > 0
}

/** Use up a recovery code: found and removed in one step, so that of many requests with one code a single one gets through. */
export async function takeRecoveryCode(userId: string, typed: string): Promise<boolean> {
  const hash = hashOfRecoveryCode(typed)
  const { matchedCount } = await User.updateOne(
    { _id: userId, 'twoFactor.recoveryCodes': hash },
    { $pull: { 'twoFactor.recoveryCodes': hash } },
  )
  return matchedCount > 0
}

/** The step of the app whose code was typed, spaces and the width of digits apart; undefined if it is none of now. */
export async function appStepOf(
  userId: string,
  encrypted: string,
  typed: string,
): Promise<number | undefined> {
  const code = tidyText(typed).replace(/\s/g, '')
  return stepOfCode(await decryptField(encrypted, userId), code)
}
