// A member types the password once more before something that somebody at a screen left open must not do (ASVS 7.5.1).
import { z } from 'zod'
import { text } from '../../lib/form.ts'
import { verifyPassword } from '../../lib/password.ts'
import { accept, refuse, type Result } from '../result.ts'
import { beginConfirmation } from '../sign-in/throttle.ts'
import { User, type UserDocument } from '../user.ts'
import type { RequestContext } from './request-context.ts'

/** The form field of the current password. */
export const currentPassword = text().refine(
  (password) => password !== '',
  'errors.current.missing',
)

/** The form that has no other field. */
export const confirmation = z.object({ current: currentPassword })

/**
 * Check the member's password. Failures count: a stolen session is no way around the throttle (ASVS 6.3.4).
 * The error stands beside the field `current`. Throws where attempts can't be counted.
 */
export async function confirmPassword(
  password: string,
  { member, caller, sessionId }: RequestContext,
): Promise<Result<UserDocument>> {
  const userId = member.id
  const attempt = await beginConfirmation(caller, userId, sessionId)
  if (!attempt.ok) return attempt
  const user = (await User.findById(userId).lean<UserDocument | null>()) ?? undefined
  const { ok } = await verifyPassword(password, user?.password)
  if (user && ok) {
    await attempt.succeed()
    return accept(user)
  } else {
    const errors = { current: 'errors.current.wrong' }
    return refuse(errors, { event: 'password-check-failed', userId, reason: 'wrong-password' })
  }
}
