// How an account is deleted, with everything that is kept about its owner.
import { Types } from 'mongoose'
import { z } from 'zod'
import { text } from '../../lib/form.ts'
import type { Locale } from '../../config/i18n.ts'
import type { SessionStore } from '../../lib/session/store.ts'
import { deleteOwned } from '../database/collections.ts'
import { accept, refuse, type Result } from '../result.ts'
import { forgetFailures, type Caller } from '../sign-in/throttle.ts'
import { forgetActivity } from './activity.ts'
import { noticeOf } from '../mail/notice.ts'
import { dropLetters, queueLetter } from '../mail/outbox.ts'
import { disownReservations, keepReserved } from '../user/reservation.ts'
import { endTokens } from '../mail/token.ts'
import { User } from '../user.ts'
import { nameKey } from '../user/name-key.ts'
import type { RequestContext } from './request-context.ts'
import { begin, done, type Unfinished } from './unfinished.ts'

type Store = Pick<SessionStore, 'forget'>

/** The form that wants the name typed out, which nobody does by accident. */
export const deletion = z.object({
  username: text().refine((name) => name.trim() !== '', 'errors.typed-name.missing'),
})

/** Delete the account of a member, if the name is right. The page's guard has seen to it that it is them. */
export async function deleteOwnAccount(
  form: z.output<typeof deletion>,
  context: RequestContext,
): Promise<Result<string>> {
  const { member, store, caller, locale } = context
  if (nameKey(form.username) !== nameKey(member.username)) {
    return refuse({ username: 'errors.typed-name.wrong' })
  }
  await deleteAccount(store, member.id, { caller, locale })
  return accept(member.id, { event: 'account-deleted', userId: member.id })
}

/**
 * Delete an account, its sessions, links, letters and record. The account goes first: what is under way meanwhile, a sign-in,
 * a link, an event, finds nobody and leaves nothing behind. Its owner gets a letter, unless `by` is left out.
 */
export async function deleteAccount(
  store: Store,
  userId: string,
  by?: { caller: Caller; locale: Locale },
): Promise<void> {
  const named = await User.findById(userId).select('username email emailVerifiedAt').lean()
  // Before the name is free, as at a change of it: nobody gets it at once and is taken for whoever had it. A name that is an
  // address, which only an import gives, can't be registered; kept, it would say whose the account was.
  if (typeof named?.username === 'string' && !named.username.includes('@'))
    await keepReserved(nameKey(named.username), userId)
  const { username = '' } = named ?? {}
  // An address of a document from elsewhere may be anything.
  const email = typeof named?.email === 'string' ? named.email : ''
  const rest = { kind: 'deletion' as const, userId, username, email }
  const letter = { kind: 'account-deleted' as const, email }
  const notice =
    by && named && email ? await noticeOf(letter, named, by.caller, by.locale) : undefined
  const begun = await begin({ ...rest, notice })
  await User.deleteOne({ _id: userId })
  await finishDeletion(begun, store)
}

/** Delete what is kept about the owner of an account that is gone, and tell them that it is. */
export async function finishDeletion(begun: Unfinished<'deletion'>, store: Store): Promise<void> {
  const { _id, userId, username, email, notice } = begun
  if (!(await User.exists({ _id: userId }))) {
    await store.forget(userId)
    await endTokens(userId)
    await dropLetters(userId, email)
    await forgetFailures({ _id: new Types.ObjectId(userId), username, email })
    await forgetActivity(userId)
    await disownReservations(userId)
    await deleteOwned(userId)
    // Last: from then on nothing but this letter names its owner, and it is deleted once it is sent.
    if (notice) await queueLetter(notice.letter, notice.locale, _id)
  }
  await done(begun)
}
