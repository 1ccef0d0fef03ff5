// A member types the password once more before something that somebody at a screen left open must not do (ASVS 7.5.1).
import { z } from 'zod'
import { text } from '../../lib/form.ts'
import { verifyPassword } from '../../lib/password.ts'
import { accept, refuse, type Result } from '../result.ts'
import { beginSignIn, type Caller } from '../sign-in/throttle.ts'
import { User, type UserDocument } from '../user.ts'

/** The form field of the current password. */
export const currentPassword = text().refine(
  (password) => password !== '',
  'errors.current.missing',
)

/** The form that has no other field. */
export const confirmation = z.object({ current: currentPassword })

/**
 * Check the password of this user. It counts like a sign-in: a stolen session is no way around the throttle (ASVS 6.3.4).
 * The error stands beside the field `current`. Throws where attempts can't be counted.
 */
export async function confirmPassword(
  userId: string,
  password: string,
  caller: Caller,
): Promise<Result<UserDocument>> {
  const attempt = await beginSignIn(caller, { userId })
  if (!attempt.ok) return attempt
  const user = (await User.findById(userId).lean<UserDocument | null>()) ?? undefined
  const { ok } = await verifyPassword(password, user?.password)
  if (user && ok) {
    await attempt.confirm()
    return accept(user)
  } else {
    await attempt.fail()
    const errors = { current: 'errors.current.wrong' }
    return refuse(errors, { event: 'password-check-failed', userId, reason: 'wrong-password' })
  }
}
