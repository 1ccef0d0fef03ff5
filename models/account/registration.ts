// How somebody gets an account.
import { Types } from 'mongoose'
import { z } from 'zod'
import type { Locale } from '../../config/i18n.ts'
import { type FieldErrors } from '../../lib/form.ts'
import { hashPassword } from '../../lib/password.ts'
import { noticeOf } from '../mail/notice.ts'
import { queueLetter, type Letter } from '../mail/outbox.ts'
import { accept, refuse, type Result } from '../result.ts'
import { countAttempt, type Caller } from '../sign-in/throttle.ts'
import { email } from '../user/email.ts'
import { detailRules, detailsIn } from '../user/field-values.ts'
import { isPersonal, newPassword, personalRule } from '../user/new-password.ts'
import { isReservedForOthers } from '../user/reservation.ts'
import { byName, keysOf, takenKey, User, type Member } from '../user.ts'
import { nameKey } from '../user/name-key.ts'
import { username } from '../user/username.ts'
import { isEmailClaimable, isEmailTaken } from './email-change/claim.ts'
import { begin, done, type Unfinished } from './unfinished.ts'

/** The form of a new account: every rule of a field, and what a password must not contain. */
export function registration() {
  return z
    .object({ username, email, password: newPassword, ...detailRules() })
    .refine((form) => !isPersonal(form.password, [form.username, form.email]), personalRule)
}

type Registration = z.output<ReturnType<typeof registration>>
type How = { locale?: Locale; isVouchedFor?: boolean }

/**
 * Create an account. Refuses a name or address that somebody has, also when many want it at the same moment.
 * The letter that is to confirm the address is in this language; without one none is sent. An operator may vouch for the address.
 * Refused or not, it counts: each answer shows whether a name or an address has an account here.
 * If somebody has the address and has not confirmed it in time, the member has none before using the link that is mailed to it:
 * whoever only types an address takes nothing away.
 */
export async function register(
  form: Registration,
  caller: Caller,
  how: How,
): Promise<Result<Member>> {
  return (await countAttempt(caller, 'registration')) ?? (await create(form, caller, how))
}

async function create(
  form: Registration,
  caller: Caller,
  { locale, isVouchedFor = false }: How,
): Promise<Result<Member>> {
  const taken = await takenFields(form.username, form.email)
  if (Object.keys(taken).length > 0) return refuse(taken)
  const { username, email } = form
  const isClaim = await isEmailClaimable(email)
  const names = isClaim ? { username } : { username, email }
  const password = await hashPassword(form.password)
  const _id = new Types.ObjectId()
  const userId = _id.toString()
  const letter: Letter = isClaim
    ? { kind: 'email-change', userId, email }
    : { kind: 'verify-email', userId }
  const notice =
    locale === undefined ? undefined : await noticeOf(letter, { email }, caller, locale)
  const begun = await begin({ kind: 'registration', userId, name: nameKey(username), notice })
  try {
    await User.create({
      _id,
      ...names,
      ...keysOf(names),
      ...(isClaim ? { pendingEmail: { address: email, askedAt: new Date() } } : {}),
      ...(isVouchedFor && !isClaim ? { emailVerifiedAt: new Date() } : {}),
      password,
      details: detailsIn(form),
      createdAt: new Date(),
    })
  } catch (error) {
    // Between looking and writing somebody else may have taken one of them: then the unique index says so.
    const field = takenKey(error) === nameKey(email) ? 'email' : 'username'
    await done(begun)
    return refuse({ [field]: `errors.${field}.taken` })
  }
  return (await finishRegistration(begun))
    ? accept({ id: userId, username, email: isClaim ? '' : email }, { event: 'registered', userId })
    : refuse({ username: 'errors.username.taken' })
}

/** Send the letter to a new member; false if there is none, because somebody gave the name up in that moment and keeps it reserved. */
export async function finishRegistration(begun: Unfinished<'registration'>): Promise<boolean> {
  const { _id, userId, name, notice } = begun
  // A name that is given up is reserved before it is free, so whoever got it in between can see that now.
  if (await isReservedForOthers(name, userId)) await User.deleteOne({ _id: userId })
  const isThere = (await User.exists({ _id: userId })) !== null
  if (isThere && notice) await queueLetter(notice.letter, notice.locale, _id)
  await done(begun)
  return isThere
}

async function takenFields(username: string, email: string): Promise<FieldErrors> {
  const [nameTaken, nameReserved, emailTaken] = await Promise.all([
    User.exists(byName(username)),
    isReservedForOthers(nameKey(username)),
    isEmailTaken(email),
  ])
  return {
    ...(nameTaken || nameReserved ? { username: 'errors.username.taken' } : {}),
    ...(emailTaken ? { email: 'errors.email.taken' } : {}),
  }
}
