// How a name and a password are found to belong to somebody.
import { z } from 'zod'
import { checkbox, text } from '../lib/form.ts'
import { verifyPassword } from '../lib/password.ts'
import { findFailures, type Failures } from './account/activity.ts'
import { hasPassword } from './account/passkeys/ways-in.ts'
import { hasSecondFactor } from './account/two-factor/check.ts'
import { isTrusted } from './account/two-factor/trusted-device.ts'
import { accept, refuse, type Result } from './result.ts'
import { beginSignIn, type Caller } from './sign-in/throttle.ts'
import {
  findByName,
  keysOf,
  memberOf,
  takenKey,
  User,
  type Member,
  type UserDocument,
} from './user.ts'

/** Who it is, what failed at the account since they last signed in, and whether they still owe the second factor. */
export type SignIn = { member: Member; failures: Failures | undefined; isPending: boolean }

/** The form of a sign-in: a username or an email, and a password that is judged by nothing but the check. */
export const credentials = z.object({
  username: text().refine((name) => name.trim() !== '', 'errors.name.missing'),
  password: text().refine((password) => password !== '', 'errors.password.missing'),
  remember: checkbox(),
})

/**
 * Find out who this is. One answer for an unknown name and a wrong password, after the same time (ASVS 6.3.8).
 * Too many failures are refused before the password is looked at, right or wrong. Throws where they can't be counted.
 * `trust` is the cookie of a device that may be asked for no code. A password kept in an old form is stored in today's as soon as it was right; a damaged one never matches.
 */
export async function authenticate(
  form: z.output<typeof credentials>,
  caller: Caller,
  trust?: string,
): Promise<Result<SignIn>> {
  const name = form.username.trim()
  const user = await findByName(name)
  const userId = user?._id.toString()
  const attempt = await beginSignIn(caller, name, userId)
  if (!attempt.ok) return attempt
  const { ok, upgrade, damaged } = await verifyPassword(form.password, user && storedPassword(user))
  if (user?.lockedAt && ok) {
    // Only whoever knows the password sees this: to anybody else it would say that there is such an account.
    await attempt.succeed()
    const errors = { username: 'errors.locked-by-operator' }
    return refuse(errors, { event: 'sign-in-failed', userId, reason: 'locked-by-operator' })
  } else if (user && ok) {
    if (upgrade !== undefined) await storeUpgrade(user, upgrade)
    await attempt.succeed()
    const member = memberOf(user)
    if (hasSecondFactor(user) && !isTrusted(user, trust)) {
      const pending = { member, failures: undefined, isPending: true }
      return accept(pending, { event: 'second-factor-asked', userId })
    }
    const failures = await findFailures(member.id)
    return accept({ member, failures, isPending: false }, { event: 'sign-in', userId })
  } else {
    // The reason is for the log alone: every failure gets the same answer.
    const reason = reasonOf(user, damaged)
    const errors = { password: 'errors.credentials' }
    return refuse(errors, { event: 'sign-in-failed', userId, reason })
  }
}

// A document from elsewhere may lack it: that is a damaged password, not an unknown user.
function storedPassword({ password }: { password?: unknown }): unknown {
  return password ?? ''
}

async function storeUpgrade(user: UserDocument, password: string): Promise<void> {
  // Only if nobody changed the password meanwhile.
  const unchanged = { _id: user._id, password: user.password }
  try {
    await User.updateOne(unchanged, { $set: { password, ...keysOf(user) } })
  } catch (error) {
    takenKey(error) // throws for anything else; somebody has the key: the old document goes on without
    await User.updateOne(unchanged, { $set: { password } })
  }
}

function reasonOf(user: UserDocument | undefined, isDamaged: boolean | undefined) {
  if (!user) return 'unknown-user'
  if (isDamaged) return 'damaged-hash'
  return hasPassword(user) ? 'wrong-password' : 'no-password'
}
