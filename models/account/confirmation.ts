// A member shows once more who they are, before something that somebody at a screen left open must not do (ASVS 7.5.1).
import { z } from 'zod'
import { text } from '../../lib/form.ts'
import { useField } from '../../lib/passkey/answer.ts'
import { verifyPassword } from '../../lib/password.ts'
import { accept, refuse, type Refused, type Result } from '../result.ts'
import type { SecurityEvent } from '../security-event.ts'
import { refusePasskey } from '../sign-in/passkey.ts'
import { beginConfirmation } from '../sign-in/throttle.ts'
import { memberOf, User, type Member, type UserDocument } from '../user.ts'
import { passkeysOf, type Passkey } from './passkeys.ts'
import { usePasskey, type PasskeyAnswer } from './passkeys/use.ts'
import type { RequestContext } from './request-context.ts'
import { appCode, recoveryCode } from './two-factor.ts'
import { hasPassword } from './passkeys/ways-in.ts'
import { hasSecondFactor, takeAppCode } from './two-factor/check.ts'
import { useRecoveryCode } from './two-factor/use-recovery-code.ts'

const currentPassword = text().refine((password) => password !== '', 'errors.current.missing')

/** The form field of the current password. Whoever has none is not asked for it: the page's guard has asked who is there. */
export function currentField(hasOne: boolean): z.ZodType<string> {
  return hasOne ? currentPassword : text().transform(() => '')
}

/** The form of each proof, under the name of its field. Another kind is added here, in `findWays` and in `refusalOf`. */
export const proofForms = {
  current: z.object({ current: currentPassword }),
  code: appCode,
  recovery: recoveryCode,
  credential: z.object({ credential: useField }),
} as const

export type Way = keyof typeof proofForms
type TypedWay = Exclude<Way, 'credential'>
type TypedProof = z.output<(typeof proofForms)[TypedWay]>
export type Proof = TypedProof | { passkey: PasskeyAnswer }

/** By what this user can show who they are: what can be typed, the usual way first, and the passkeys that are enough. */
export async function findWays(userId: string): Promise<{ ways: TypedWay[]; passkeys: Passkey[] }> {
  const user = await findUser(userId)
  return {
    ways: user ? typedWaysOf(user) : [],
    passkeys: passkeysOf(user ?? null).filter(({ isEnough }) => isEnough),
  }
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

/**
 * Check the member's password, for a form that has a field for it; the error stands beside the field `current`. An empty one is
 * right where there is none: the form's field takes it of nobody else.
 */
export async function confirmPassword(
  password: string,
  context: RequestContext,
): Promise<Result<UserDocument>> {
  const user = password === '' ? await findUser(context.member.id) : undefined
  return user && !hasPassword(user) ? accept(user) : check({ current: password }, context)
}

function typedWaysOf(user: UserDocument): TypedWay[] {
  const first: TypedWay[] = hasPassword(user) ? ['current'] : []
  return hasSecondFactor(user) ? [...first, 'code', 'recovery'] : first
}

// Failures count: a stolen session is no way around the throttle (ASVS 6.3.4). Throws where attempts can't be counted.
async function check(proof: Proof, context: RequestContext): Promise<Result<UserDocument>> {
  const { member, caller, sessionId } = context
  const attempt = await beginConfirmation(caller, member.id, sessionId)
  if (!attempt.ok) return attempt
  const user = await findUser(member.id)
  const refusal = await refusalOf(proof, user, context)
  if (refusal || !user) return refusal ?? refuse({})
  await attempt.succeed()
  return accept(user)
}

async function refusalOf(
  proof: Proof,
  user: UserDocument | undefined,
  context: RequestContext,
): Promise<Refused | undefined> {
  const { id: userId } = context.member
  if ('passkey' in proof) return refusalOfPasskey(proof.passkey, userId)
  if (await isRight(proof, user, context)) return undefined
  const [field = 'current'] = Object.keys(proof)
  const reason = field === 'current' ? 'wrong-password' : 'wrong-code'
  const event = { event: 'password-check-failed', userId, reason } as const
  return refuse({ [field]: `errors.${field}.wrong` }, event)
}

async function isRight(
  proof: TypedProof,
  user: UserDocument | undefined,
  { member, caller, locale }: RequestContext,
): Promise<boolean> {
  if ('code' in proof) return takeAppCode(member.id, proof.code)
  if ('recovery' in proof) return useRecoveryCode(member.id, proof.recovery, caller, locale)
  return (await verifyPassword(proof.current, user?.password)).ok
}

// As at a sign-in by it alone: whoever has found a key that checks nothing, and a screen left open, has both without being them.
async function refusalOfPasskey(
  answer: PasskeyAnswer,
  userId: string,
): Promise<Refused | undefined> {
  const event = 'password-check-failed'
  const used = await usePasskey(answer)
  if (!used.ok) return refusePasskey({ ...used, userId }, event)
  // Somebody else's passkey is as good as none.
  const isTheirs = used.user._id.toString() === userId
  if (!isTheirs) return refusePasskey({ ok: false, reason: 'wrong-passkey', userId }, event)
  if (used.userVerified) return undefined
  return refuse({ credential: 'errors.passkey.wrong' }, { event, userId, reason: 'not-verified' })
}

async function findUser(userId: string): Promise<UserDocument | undefined> {
  return (await User.findById(userId).lean<UserDocument | null>()) ?? undefined
}
