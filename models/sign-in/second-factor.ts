// The second step of a sign-in: after the right password a code of the app, a recovery code, or a passkey.
import { z } from 'zod'
import type { Locale } from '../../config/i18n.ts'
import { checkbox } from '../../lib/form.ts'
import { useField } from '../../lib/passkey/answer.ts'
import { findFailures } from '../account/activity.ts'
import { usePasskey, type PasskeyAnswer } from '../account/passkeys/use.ts'
import { appCode, recoveryCode } from '../account/two-factor.ts'
import { takeAppCode } from '../account/two-factor/check.ts'
import { useRecoveryCode } from '../account/two-factor/use-recovery-code.ts'
import { accept, refuse, type Refused, type Result } from '../result.ts'
import type { SecurityEvent } from '../security-event.ts'
import type { SignIn } from '../sign-in.ts'
import type { Member } from '../user.ts'
import { refusePasskey } from './passkey.ts'
import { beginSignIn, type Caller } from './throttle.ts'

const trust = checkbox()

/** The form of a code of the app, and whether this device may do without one from now on. */
export const codeForm = appCode.extend({ trust })

/** The form of a recovery code. */
export const recoveryForm = recoveryCode.extend({ trust })

/** The form of a passkey. */
export const secondPasskeyForm = z.object({ credential: useField, trust })

export type Proof =
  | z.output<typeof codeForm>
  | z.output<typeof recoveryForm>
  | { passkey: PasskeyAnswer }

/** Whose password was right, the name they typed with it, the id of the session that waits, and its language. */
export type Waiting = { member: Member; typedName: string; sessionId: string; locale: Locale }

/**
 * Find out whether it is them. A wrong code counts as a wrong password does, and there are five for each right password. One
 * answer for a code that is wrong, was used or is too old. Throws where attempts can't be counted.
 */
export async function passSecondFactor(
  proof: Proof,
  { member, typedName, sessionId, locale }: Waiting,
  caller: Caller,
): Promise<Result<SignIn>> {
  const { id: userId } = member
  const attempt = await beginSignIn(caller, typedName, userId, sessionId)
  if (!attempt.ok) return attempt
  const refusal = await refusalOf(proof, userId, caller, locale)
  if (refusal) return refusal
  await attempt.succeed()
  const failures = await findFailures(userId)
  const used: SecurityEvent[] = 'recovery' in proof ? [{ event: 'recovery-code-used', userId }] : []
  return accept({ member, failures, isPending: false }, ...used, { event: 'sign-in', userId })
}

async function refusalOf(
  proof: Proof,
  userId: string,
  caller: Caller,
  locale: Locale,
): Promise<Refused | undefined> {
  if ('passkey' in proof) {
    const used = await usePasskey(proof.passkey)
    if (!used.ok) return refusePasskey({ ...used, userId })
    // Somebody else's passkey is as good as none.
    const isTheirs = used.user._id.toString() === userId
    return isTheirs ? undefined : refusePasskey({ ok: false, reason: 'wrong-passkey', userId })
  }
  const isRecovery = 'recovery' in proof
  const ok = isRecovery
    ? await useRecoveryCode(userId, proof.recovery, caller, locale)
    : await takeAppCode(userId, proof.code)
  if (ok) return undefined
  const field = isRecovery ? 'recovery' : 'code'
  const event = { event: 'sign-in-failed', userId, reason: 'wrong-code' } as const
  return refuse({ [field]: `errors.${field}.wrong` }, event)
}
