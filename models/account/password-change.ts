// How a member gets another password, and what ends with the old one.
import { z } from 'zod'
import { hashPassword } from '../../lib/password.ts'
import { accept, refuse, type Result } from '../result.ts'
import { confirmPassword, currentPassword } from './confirm-password.ts'
import { isPersonal, newPassword, personalRule } from '../user/new-password.ts'
import { queueNotice } from '../mail/notice.ts'
import { endOtherSessions } from '../session.ts'
import { endTokens } from '../mail/token.ts'
import { memberOf, User, type Member, type UserDocument } from '../user.ts'
import type { RequestContext } from './request-context.ts'

/** An account as it was when its password was checked, or a link to replace it was mailed. */
export type Seen = {
  _id: string
  passwordChangedAt: Date | null
  emailKey?: string | null
  lockedAt?: null
}

/** The form of a new password for this member. */
export const passwordChange = ({ username, email }: Member) =>
  z
    .object({ current: currentPassword, password: newPassword })
    .refine(({ password }) => !isPersonal(password, [username, email]), personalRule)
    .refine(({ current, password }) => password === '' || password !== current, {
      path: ['password'],
      message: 'errors.password.same',
      when: () => true, // also while another field is wrong: all errors are shown together
    })

/** Change the password, if the current one is right; all other sessions end. Returns the member as they are now. */
export async function changePassword(
  form: z.output<ReturnType<typeof passwordChange>>,
  context: RequestContext,
): Promise<Result<Member>> {
  const { member, caller, store, sessionId, locale } = context
  const confirmed = await confirmPassword(form.current, context)
  if (!confirmed.ok) return confirmed
  const hash = await hashPassword(form.password)
  const passwordChangedAt = await storePassword(seenIn(confirmed.value), hash)
  if (!passwordChangedAt) return refuse({ current: 'errors.current.wrong' }) // it was changed in this very moment
  const count = await endOtherSessions(store, member.id, sessionId, 'password')
  const letter = { kind: 'password-changed' as const, userId: member.id }
  await queueNotice(letter, confirmed.value, caller, locale)
  const changed = memberOf({ ...confirmed.value, passwordChangedAt })
  return accept(changed, { event: 'password-changed', userId: member.id, count })
}

/**
 * Store a new password where the account still is as it was seen, and return when that was; undefined if it is not, or is gone.
 * With the old password end the links that could set another one, and a change of the address that is still waiting:
 * whoever requested those may be the reason for the change.
 */
export async function storePassword(seen: Seen, hash: string): Promise<Date | undefined> {
  // Never the same moment twice: what was seen before a change must not look unchanged after it.
  const now = new Date(Math.max(Date.now(), (seen.passwordChangedAt?.getTime() ?? 0) + 1))
  const { matchedCount } = await User.updateOne(seen, {
    $set: { password: hash, passwordChangedAt: now },
    $unset: { pendingEmail: 1 },
  })
  if (matchedCount > 0) {
    await endTokens(seen._id, 'password-reset')
    await endTokens(seen._id, 'email-change')
  }
  return matchedCount > 0 ? now : undefined
}

function seenIn({ _id, passwordChangedAt }: UserDocument): Seen {
  return { _id: _id.toString(), passwordChangedAt: passwordChangedAt ?? null }
}
