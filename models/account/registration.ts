// How somebody gets an account.
import { z } from 'zod'
import { type FieldErrors } from '../../lib/form.ts'
import { hashPassword } from '../../lib/password.ts'
import type { Letter } from '../mail/outbox.ts'
import { accept, refuse, type Result } from '../result.ts'
import { countAttempt, type Caller } from '../sign-in/throttle.ts'
import { email } from '../user/email.ts'
import { isPersonal, newPassword, personalRule } from '../user/new-password.ts'
import { isReservedForOthers } from '../user/reservation.ts'
import { byName, keysOf, takenKey, User } from '../user.ts'
import { nameKey } from '../user/name-key.ts'
import { username } from '../user/username.ts'
import { isEmailClaimable, isEmailTaken } from './email-claim.ts'

/** Who registered, and the letter that is to confirm the address. */
type Registered = { id: string; username: string; email: string; letter: Letter }

/** The form of a new account: every rule of a field, and what a password must not contain. */
export const registration = z
  .object({ username, email, password: newPassword })
  .refine(({ password, ...owner }) => !isPersonal(password, Object.values(owner)), personalRule)

/**
 * Create an account. Refuses a name or address that somebody has, also when many want it at the same moment.
 * Refused or not, it counts: each answer shows whether a name or an address has an account here.
 * If somebody has the address and has not confirmed it in time, the member has none before using the link that is mailed to it:
 * whoever only types an address takes nothing away.
 */
export async function register(
  form: z.output<typeof registration>,
  caller: Caller,
): Promise<Result<Registered>> {
  return (await countAttempt(caller, 'registration')) ?? (await create(form))
}

async function create(form: z.output<typeof registration>): Promise<Result<Registered>> {
  const taken = await takenFields(form.username, form.email)
  if (Object.keys(taken).length > 0) return refuse(taken)
  const { username, email } = form
  const isClaim = await isEmailClaimable(email)
  const names = isClaim ? { username } : { username, email }
  const password = await hashPassword(form.password)
  try {
    const user = await User.create({
      ...names,
      ...keysOf(names),
      ...(isClaim ? { pendingEmail: { address: email, askedAt: new Date() } } : {}),
      password,
      createdAt: new Date(),
    })
    // A name that is given up is reserved before it is free, so whoever got it in between can see that now.
    if (await isReservedForOthers(nameKey(username))) {
      await User.deleteOne({ _id: user._id })
      return refuse({ username: 'errors.username.taken' })
    } else {
      const id = user._id.toString()
      const letter: Letter = isClaim
        ? { kind: 'email-change', userId: id, email }
        : { kind: 'verify-email', userId: id }
      return accept({ id, username, email, letter }, { event: 'registered', userId: id })
    }
  } catch (error) {
    // Between looking and writing somebody else may have taken one of them: then the unique index says so.
    const field = takenKey(error) === nameKey(email) ? 'email' : 'username'
    return refuse({ [field]: `errors.${field}.taken` })
  }
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
