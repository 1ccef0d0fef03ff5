// How a passkey alone signs in whom it belongs to.
import { z } from 'zod'
import { checkbox } from '../../lib/form.ts'
import { useField } from '../../lib/passkey/answer.ts'
import { findFailures } from '../account/activity.ts'
import { usePasskey, type PasskeyAnswer, type PasskeyUsed } from '../account/passkeys/use.ts'
import { accept, refuse, type Refused, type Result } from '../result.ts'
import type { SecurityEvent } from '../security-event.ts'
import type { SignIn } from '../sign-in.ts'
import { memberOf } from '../user.ts'
import { beginPasskey, type Caller } from './throttle.ts'

/** The form of a sign-in by a passkey. */
export const passkeyForm = z.object({ credential: useField, remember: checkbox() })

/**
 * Find out who this is. The authenticator has to have checked who uses it: that makes two factors, so no code is asked for
 * (docs/decisions/016). Throws where attempts can't be counted.
 */
export async function authenticateByPasskey(
  answer: PasskeyAnswer,
  caller: Caller,
): Promise<Result<SignIn>> {
  const attempt = await beginPasskey(caller)
  if (!attempt.ok) return attempt
  const used = await usePasskey(answer)
  if (!used.ok) return refusePasskey(used)
  const { user, userVerified } = used
  const userId = user._id.toString()
  const failed = { event: 'sign-in-failed', userId } as const
  if (!userVerified) {
    return refuse({ credential: 'errors.passkey.alone' }, { ...failed, reason: 'not-verified' })
  } else if (user.lockedAt) {
    const errors = { credential: 'errors.locked-by-operator' }
    return refuse(errors, { ...failed, reason: 'locked-by-operator' })
  } else {
    await attempt.succeed()
    const failures = await findFailures(userId)
    const events: SecurityEvent[] = [{ event: 'sign-in', userId, by: 'passkey' }]
    return accept({ member: memberOf(user), failures, isPending: false }, ...events)
  }
}

/** Refuse a passkey: one answer for an unknown and a wrong one, and an event for what may be a copy. */
export function refusePasskey(
  { reason, userId }: Extract<PasskeyUsed, { ok: false }>,
  event: 'sign-in-failed' | 'password-check-failed' = 'sign-in-failed',
): Refused {
  const error = reason === 'old-challenge' ? 'errors.passkey.late' : 'errors.passkey.wrong'
  const copied: SecurityEvent[] =
    reason === 'passkey-copied' ? [{ event: 'passkey-copied', userId }] : []
  return refuse({ credential: error }, ...copied, { event, userId, reason })
}
