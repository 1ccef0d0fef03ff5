// How somebody gets another email address: it counts only once the link that was sent to it is used.
import { z } from 'zod'
import type { SessionStore } from '../../lib/session/store.ts'
import type { Locale } from '../../config/i18n.ts'
import { accept, refuse, type Result } from '../result.ts'
import type { SecurityEvent } from '../security-event.ts'
import { countMail, type Caller } from '../sign-in/throttle.ts'
import { findUnconfirmedHolder, isEmailTaken, takeFromUnconfirmed } from './email-change/claim.ts'
import { email } from '../user/email.ts'
import { nameKey } from '../user/name-key.ts'
import { noticeOf, queueNotice } from '../mail/notice.ts'
import { queueLetter } from '../mail/outbox.ts'
import { renameInSessions } from '../session.ts'
import { endTokens, findToken, tokenTtl, type Token } from '../mail/token.ts'
import { keysOf, takenKey, User, type UserDocument } from '../user.ts'
import type { RequestContext } from './request-context.ts'
import { begin, done, type Unfinished } from './unfinished.ts'

/** The form of a new address. */
export const emailChange = z.object({ email })

type Form = z.output<typeof emailChange>
type Change = { username: string; email: string }

/** The address that waits for its link, if there is one. */
export async function findPendingEmail(userId: string): Promise<string | undefined> {
  const user = await User.findById(userId).select('pendingEmail').lean()
  const { address, askedAt } = user?.pendingEmail ?? {}
  const isOver = (askedAt?.getTime() ?? 0) + tokenTtl['email-change'] < Date.now()
  return isOver ? undefined : (address ?? undefined)
}

/** Send a link to another address. Each counts: the answer shows whether an address has an account here. Throws if the account is gone. */
export async function requestEmailChange(
  form: Form,
  context: RequestContext,
): Promise<Result<string>> {
  const user = await User.findById(context.member.id).lean<UserDocument>().orFail()
  if (nameKey(form.email) === nameKey(user.email ?? '')) {
    return refuse({ email: 'errors.email.same' })
  } else {
    return (
      (await countMail(context.caller, 'confirmation', form.email)) ??
      (await sendLink(user, form.email, context))
    )
  }
}

async function sendLink(
  user: UserDocument,
  address: string,
  { caller, locale }: Pick<RequestContext, 'caller' | 'locale'>,
): Promise<Result<string>> {
  const userId = user._id.toString()
  if (await isEmailTaken(address, userId)) {
    return refuse({ email: 'errors.email.taken' })
  } else {
    // The address before is the link's other half: it dies when another change comes first.
    const pendingEmail = { address, askedAt: new Date() }
    await User.updateOne({ _id: userId }, { $set: { pendingEmail } })
    await endTokens(userId, 'email-change')
    // What protects comes first: cut off in between, no link is on its way that the owner was not told of.
    const notice = { kind: 'email-change-asked' as const, userId, email: address }
    await queueNotice(notice, user, caller, locale)
    await queueLetter({ kind: 'email-change', userId, email: address }, locale)
    return accept(address, { event: 'email-change-asked', userId })
  }
}

/** The username of whoever this link gives another address, and that address; undefined if it does not count. Looking does not use it up. */
export async function findEmailChange(token: string): Promise<Change | undefined> {
  const found = await findToken('email-change', token)
  const user = found && (await User.findOne(asSeen(found)).lean())
  return user ? { username: user.username, email: found.seen.newEmail ?? '' } : undefined
}

/**
 * Use the link: the new address counts from now on, in all sessions. Undefined if the link does not count or the address is
 * taken.
 */
export async function changeEmail(
  token: string,
  store: SessionStore,
  locale: Locale,
  caller: Caller,
): Promise<{ userId: string; email: string; events: SecurityEvent[] } | undefined> {
  const found = await findToken('email-change', token)
  const user = found && (await User.findOne(asSeen(found)).lean<UserDocument | null>())
  if (!user) return undefined
  const { userId } = found
  const { newEmail: email = '' } = found.seen
  const letter = { kind: 'email-changed' as const, userId, to: user.email ?? '', email }
  const notice = await noticeOf(letter, user, caller, locale)
  const holderId = await findUnconfirmedHolder(email)
  const begun = await begin({ kind: 'email', userId, email, notice, holderId })
  if (await apply(found, user)) {
    await finishEmailChange(begun, store)
    return { userId, email, events: [{ event: 'email-changed', userId }] }
  } else {
    await tellHolder(begun, store)
    await done(begun)
    return undefined
  }
}

/** Tell the sessions of the new address, and the old one by letter; links end, also those that were sent to the old one. */
export async function finishEmailChange(
  begun: Unfinished<'email'>,
  store: SessionStore,
): Promise<void> {
  const { _id, userId, email, notice } = begun
  await tellHolder(begun, store)
  if (await User.exists({ _id: userId, email })) {
    await endTokens(userId)
    await renameInSessions(store, userId, { email })
    if (notice) await queueLetter(notice.letter, notice.locale, _id)
  }
  await done(begun)
}

// Whoever had the address unconfirmed has it in no session any more, once it is taken.
async function tellHolder(
  { holderId, email }: Unfinished<'email'>,
  store: SessionStore,
): Promise<void> {
  if (holderId !== undefined && !(await User.exists({ _id: holderId, email }))) {
    await renameInSessions(store, holderId, { email: '' })
  }
}

// False if the account is not any more as it was seen, or somebody has the address. Of parallel requests one gets through.
async function apply(found: Token, user: UserDocument): Promise<boolean> {
  const { newEmail: email = '' } = found.seen
  const { usernameKey = null } = user
  const now = { email, ...keysOf({ username: usernameKey, email }), emailVerifiedAt: new Date() }
  const change = { $set: now, $unset: { pendingEmail: 1, refusedEmail: 1 } }
  await takeFromUnconfirmed(email)
  try {
    const { matchedCount } = await User.updateOne({ ...asSeen(found), usernameKey }, change)
    return matchedCount > 0
  } catch (error) {
    takenKey(error) // throws for anything else; somebody else got the address meanwhile
    return false
  }
}

// The account as it was when the link was mailed. A locked one stays as it is: whoever it was locked against may have requested the link.
function asSeen({ userId, seen }: Token) {
  const { newEmail = '' } = seen
  return {
    _id: userId,
    emailKey: seen.emailKey ?? null,
    'pendingEmail.address': newEmail,
    lockedAt: null,
  }
}
