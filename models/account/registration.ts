// How somebody gets an account.
import { z } from 'zod'
import { type FieldErrors } from '../../lib/form.ts'
import { hashPassword } from '../../lib/password.ts'
import { accept, refuse, type Result } from '../result.ts'
import { countAttempt, type Caller } from '../sign-in/throttle.ts'
import { email } from '../user/email.ts'
import { isPersonal, newPassword, personalRule } from '../user/new-password.ts'
import { isReservedForOthers } from '../user/reservation.ts'
import { byEmail, byUsername, keysOf, memberOf, takenField, User, type Member } from '../user.ts'
import { username, usernameKey } from '../user/username.ts'

/** The form of a new account: every rule of a field, and what a password must not contain. */
export const registration = z
  .object({ username, email, password: newPassword })
  .refine(({ password, ...owner }) => !isPersonal(password, Object.values(owner)), personalRule)

/**
 * Create an account. Refuses a name or address that somebody has, also when many want it at the same moment.
 * Refused or not, it counts: each answer shows whether a name or an address has an account here.
 */
export async function register(
  form: z.output<typeof registration>,
  caller: Caller,
): Promise<Result<Member>> {
  return (await countAttempt(caller, 'registration')) ?? (await create(form))
}

async function create(form: z.output<typeof registration>): Promise<Result<Member>> {
  const taken = await takenFields(form.username, form.email)
  if (Object.keys(taken).length > 0) return refuse(taken)
  const { username, email } = form
  const password = await hashPassword(form.password)
  try {
    const user = await User.create({
      username,
      email,
      ...keysOf(form),
      password,
      createdAt: new Date(),
    })
    // A name that is given up is reserved before it is free, so whoever got it in between can see that now.
    if (await isReservedForOthers(usernameKey(username))) {
      await User.deleteOne({ _id: user._id })
      return refuse({ username: 'errors.username.taken' })
    } else {
      const member = memberOf(user)
      return accept(member, { event: 'registered', userId: member.id })
    }
  } catch (error) {
    return refuse(takenByDuplicate(error))
  }
}

async function takenFields(username: string, email: string): Promise<FieldErrors> {
  const [nameTaken, nameReserved, emailTaken] = await Promise.all([
    User.exists(byUsername(username)),
    isReservedForOthers(usernameKey(username)),
    User.exists(byEmail(email)),
  ])
  return {
    ...(nameTaken || nameReserved ? { username: 'errors.username.taken' } : {}),
    ...(emailTaken ? { email: 'errors.email.taken' } : {}),
  }
}

// Between looking and writing somebody else may have taken the name: then the unique index says so.
function takenByDuplicate(error: unknown): FieldErrors {
  const field = takenField(error)
  return { [field]: `errors.${field}.taken` }
}
