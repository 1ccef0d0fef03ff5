// How somebody gets another email address: it counts only once the link that was sent to it is used.
import { z } from 'zod'
import { accept, refuse, type Result } from '../lib/result.ts'
import type { SessionStore } from '../lib/session-store.ts'
import type { Locale } from '../config/i18n.ts'
import { countMail } from './attempts.ts'
import { confirmPassword, currentPassword, type Confirmation } from './confirm-password.ts'
import { email, emailKey } from './email.ts'
import { queueLetter } from './outbox.ts'
import { renameInSessions } from './session.ts'
import { endTokens, takeToken, tokenLives } from './token.ts'
import { byEmail, takenField, User } from './user.ts'
import type { Visit } from './visit.ts'

/** The form of a new address. */
export const emailChange = z.object({ email, current: currentPassword })

type Form = z.output<typeof emailChange>

/** The address that waits for its link, if there is one. */
export async function findPendingEmail(userId: string): Promise<string | undefined> {
  const user = await User.findById(userId).select('pendingEmail').lean()
  const { address, askedAt } = user?.pendingEmail ?? {}
  const isOver = (askedAt?.getTime() ?? 0) + tokenLives['email-change'] < Date.now()
  return isOver ? undefined : (address ?? undefined)
}

/** Ask for another address, if the password is right. Each counts: the answer tells whether an address has an account here. */
export async function askForEmail(
  form: Form,
  { member, caller, locale }: Visit,
): Promise<Confirmation | Result<string>> {
  const confirmed = await confirmPassword(member.id, form.current, caller)
  if (!confirmed.ok) {
    return confirmed
  } else if (emailKey(form.email) === emailKey(confirmed.user.email ?? '')) {
    return refuse({ email: 'errors.email.same' })
  } else {
    return (
      (await countMail(caller, emailKey(form.email))) ?? (await ask(member.id, form.email, locale))
    )
  }
}

async function ask(userId: string, address: string, locale: Locale): Promise<Result<string>> {
  if (await User.exists({ ...byEmail(address), _id: { $ne: userId } })) {
    return refuse({ email: 'errors.email.taken' })
  } else {
    // The address before is the link's other half: it dies when another change comes first.
    const pendingEmail = { address, askedAt: new Date() }
    await User.updateOne({ _id: userId }, { $set: { pendingEmail } })
    await endTokens(userId, 'email-change')
    await queueLetter({ kind: 'email-change', userId, email: address }, locale)
    await queueLetter({ kind: 'email-change-asked', userId, email: address }, locale)
    return accept(address)
  }
}

/** Use the link: the new address counts from now on, in all sessions. Undefined if the link does not count or the address is taken. */
export async function changeEmail(
  token: string,
  store: SessionStore,
  locale: Locale,
): Promise<string | undefined> {
  const found = await takeToken('email-change', token)
  const user = found && (await apply(found.userId, found.seen.emailKey, found.seen.newEmail ?? ''))
  if (found && user) {
    const { userId } = found
    const address = found.seen.newEmail ?? ''
    await endTokens(userId) // those that were sent to the old address too
    await renameInSessions(store, userId, { email: address })
    const to = user.email ?? ''
    await queueLetter({ kind: 'email-changed', userId, to, email: address }, locale)
    return userId
  } else {
    return undefined
  }
}

// Returns the document as it was before.
async function apply(userId: string, seenKey: string | undefined, address: string) {
  const seen = { _id: userId, emailKey: seenKey ?? null, 'pendingEmail.address': address }
  const now = { email: address, emailKey: emailKey(address), emailVerifiedAt: new Date() }
  try {
    return await User.findOneAndUpdate(seen, { $set: now, $unset: { pendingEmail: 1 } }).lean()
  } catch (error) {
    takenField(error) // throws for anything else; somebody else got the address meanwhile
    return null
  }
}
