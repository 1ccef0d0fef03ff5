// What lets its owner into an account without a password. Losing one thing must never close it, so two are asked for.
import { NO_PASSWORD } from '../../../lib/password.ts'
import { User, type UserDocument } from '../../user.ts'

/** What is to be taken from an account: its password, the passkey with this id, or the app with its recovery codes. */
export type Taken = 'password' | 'app' | { passkey: string }

/** What the page of the password shows: whether there is one, and whether the account opens without it. */
export type PasswordState = { hasPassword: boolean; hasPasskeys: boolean; isRemovable: boolean }

/** False for whoever has removed the password. A damaged one of a document from elsewhere is one. */
export function hasPassword({ password }: Pick<UserDocument, 'password'>): boolean {
  return password !== NO_PASSWORD
}

/** Whether this user has a password, and whether it may be removed. Throws if the account is gone. */
export async function findPasswordState(userId: string): Promise<PasswordState> {
  const user = await User.findById(userId).lean<UserDocument>().orFail()
  return {
    hasPassword: hasPassword(user),
    hasPasskeys: (user.passkeys ?? []).length > 0,
    isRemovable: hasPassword(user) && wayInWithout(user, 'password') !== undefined,
  }
}

/**
 * The condition under which this may be taken from the account; undefined if too little would be left: an account without a
 * password keeps two passkeys that are enough, or one, recovery codes and a confirmed address, because codes count after a
 * reset by mail. It belongs into the filter of the very write: of two requests at the same moment, each of which leaves
 * enough by itself, one finds that it no longer holds.
 */
export function wayInWithout(user: UserDocument, taken: Taken): object | undefined {
  if (taken !== 'password' && hasPassword(user)) return { password: { $ne: NO_PASSWORD } }
  const enough = (user.passkeys ?? []).filter((one) => one.userVerified === true).map(idOf)
  const passkey = typeof taken === 'object' ? taken.passkey : undefined
  if (passkey !== undefined && !enough.includes(passkey)) return {} // it let nobody in by itself
  const [first, second] = enough.filter((id) => id !== passkey)
  if (second !== undefined) return { 'passkeys.id': { $all: [first, second] } }
  const { emailVerifiedAt, twoFactor } = user
  const hasCodes = emailVerifiedAt instanceof Date && (twoFactor?.recoveryCodes ?? []).length > 0
  return first !== undefined && hasCodes && taken !== 'app'
    ? { 'passkeys.id': first, 'twoFactor.recoveryCodes.0': { $exists: true } }
    : undefined
}

function idOf({ id }: { id?: string | null }): string {
  return id ?? ''
}
