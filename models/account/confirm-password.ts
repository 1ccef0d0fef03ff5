// Asking who is signed in for the password once more, before something that somebody at a screen left open must not do (ASVS 7.5.1).
import { z } from 'zod'
import { text, type FieldErrors, type Refusal } from '../../lib/form.ts'
import { verifyPassword } from '../../lib/password.ts'
import { refuse } from '../../lib/result.ts'
import { beginSignIn, type Caller, type Throttled } from '../sign-in/throttle.ts'
import type { SignInRefusal } from '../sign-in.ts'
import { User, type UserDocument } from '../user.ts'

export type Confirmation =
  | { ok: true; user: UserDocument }
  | (Refusal & Partial<SignInRefusal>)
  | (Throttled & { userId: string })

/** The form field of the password one has. */
export const currentPassword = text().superRefine((password, context) => {
  if (password === '') context.addIssue('errors.current.missing')
})

/** The form that asks for nothing else. */
export const confirmation = z.object({ current: currentPassword })

/**
 * Check the password of this person. It counts like a sign-in: a stolen session is no way around the throttle (ASVS 6.3.4).
 * The error stands beside the field `current`. Throws where attempts can't be counted.
 */
export async function confirmPassword(
  userId: string,
  password: string,
  caller: Caller,
): Promise<Confirmation> {
  const attempt = await beginSignIn(caller, { userId })
  if (!attempt.ok) {
    return { ...attempt, userId }
  } else {
    const user = (await User.findById(userId).lean<UserDocument | null>()) ?? undefined
    const { ok } = await verifyPassword(password, user?.password)
    if (user && ok) {
      await attempt.confirm()
      return { ok, user }
    } else {
      await attempt.fail()
      const errors: FieldErrors = { current: 'errors.current.wrong' }
      return { ...refuse(errors), reason: 'wrong-password', userId }
    }
  }
}
