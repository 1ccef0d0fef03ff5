// How a member who signs in by passkeys does without a password (docs/decisions/016).
import { NO_PASSWORD } from '../../../lib/password.ts'
import { storageId } from '../../../lib/session/storage-id.ts'
import { noticeOf } from '../../mail/notice.ts'
import { accept, refuse, type Result } from '../../result.ts'
import { memberOf, User, type Member, type UserDocument } from '../../user.ts'
import { hasPassword, wayInWithout } from '../passkeys/ways-in.ts'
import { storePassword } from '../password-change.ts'
import type { RequestContext } from '../request-context.ts'

/**
 * Remove the password, if the account opens without it. The page's guard has seen to it that it is them. All other sessions
 * end, and a letter tells of it. Returns the member as they are now. Throws if the account is gone.
 */
export async function removePassword(context: RequestContext): Promise<Result<Member>> {
  const { member, caller, store, locale, sessionId } = context
  const user = await User.findById(member.id).lean<UserDocument>().orFail()
  const wayIn = wayInWithout(user, 'password')
  if (!wayIn || !hasPassword(user)) return refuse({ password: 'errors.password.needed' })
  const letter = { kind: 'password-removed' as const, userId: member.id }
  const seen = { _id: member.id, passwordChangedAt: user.passwordChangedAt ?? null, ...wayIn }
  const stored = await storePassword(seen, NO_PASSWORD, store, {
    isReset: false,
    keeps: storageId(sessionId),
    notice: await noticeOf(letter, user, caller, locale),
  })
  if (!stored) return refuse({ password: 'errors.password.needed' }) // a passkey was removed in this very moment
  const { passwordChangedAt, count } = stored
  const event = { event: 'password-removed', userId: member.id, count } as const
  return accept(memberOf({ ...user, passwordChangedAt }), event)
}
