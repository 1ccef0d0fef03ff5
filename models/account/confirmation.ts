// A member shows once more who they are, before something that somebody at a screen left open must not do (ASVS 7.5.1).
import { z } from 'zod'
import { text } from '../../lib/form.ts'
import { verifyPassword } from '../../lib/password.ts'
import { accept, refuse, type Result } from '../result.ts'
import type { SecurityEvent } from '../security-event.ts'
import { beginConfirmation } from '../sign-in/throttle.ts'
import { memberOf, User, type Member, type UserDocument } from '../user.ts'
import type { RequestContext } from './request-context.ts'
import { appCode, recoveryCode } from './two-factor.ts'
import { hasSecondFactor, takeAppCode } from './two-factor/check.ts'
import { useRecoveryCode } from './two-factor/use-recovery-code.ts'

/** The form field of the current password. */
export const currentPassword = text().refine(
  (password) => password !== '',
  'errors.current.missing',
)

/** The form of each proof, under the name of its field. Another kind is added here, in `waysOf` and in `isRight`. */
export const proofForms = {
  current: z.object({ current: currentPassword }),
  code: appCode,
  recovery: recoveryCode,
} as const

export type Way = keyof typeof proofForms
type Proof = z.output<(typeof proofForms)[Way]>

/** By what this user can show who they are, the usual way first. */
export async function findWays(userId: string): Promise<Way[]> {
  const user = await findUser(userId)
  return user && hasSecondFactor(user) ? ['current', 'code', 'recovery'] : ['current']
}

/** Check one proof. Returns the member as they are now; what `check` says of failures holds here too. */
export async function confirmIdentity(
  proof: Proof,
  context: RequestContext,
): Promise<Result<Member>> {
  const checked = await check(proof, context)
  if (!checked.ok) return checked
  const { id: userId } = context.member
  const used: SecurityEvent[] = 'recovery' in proof ? [{ event: 'recovery-code-used', userId }] : []
  return accept(memberOf(checked.value), ...used, { event: 'identity-confirmed', userId })
}

/** Check the member's password, for a form that has a field for it; the error stands beside the field `current`. */
export async function confirmPassword(
  password: string,
  context: RequestContext,
): Promise<Result<UserDocument>> {
  return check({ current: password }, context)
}

// Failures count: a stolen session is no way around the throttle (ASVS 6.3.4). Throws where attempts can't be counted.
async function check(proof: Proof, context: RequestContext): Promise<Result<UserDocument>> {
  const { member, caller, sessionId } = context
  const userId = member.id
  const attempt = await beginConfirmation(caller, userId, sessionId)
  if (!attempt.ok) return attempt
  const user = await findUser(userId)
  if (user && (await isRight(proof, user, context))) {
    await attempt.succeed()
    return accept(user)
  } else {
    const [field = 'current'] = Object.keys(proof)
    const reason = field === 'current' ? 'wrong-password' : 'wrong-code'
    const event = { event: 'password-check-failed', userId, reason } as const
    return refuse({ [field]: `errors.${field}.wrong` }, event)
  }
}

async function isRight(
  proof: Proof,
  user: UserDocument,
  { caller, locale }: RequestContext,
): Promise<boolean> {
  const userId = user._id.toString()
  if ('code' in proof) return takeAppCode(userId, proof.code)
  if ('recovery' in proof) return useRecoveryCode(userId, proof.recovery, caller, locale)
  return (await verifyPassword(proof.current, user.password)).ok
}

async function findUser(userId: string): Promise<UserDocument | undefined> {
  return (await User.findById(userId).lean<UserDocument | null>()) ?? undefined
}
