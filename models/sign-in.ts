// How a name and a password are found to belong to somebody.
import { z } from 'zod'
import { text } from '../lib/form.ts'
import { check } from '../lib/password.ts'
import { accept, refuse, type Result } from '../lib/result.ts'
import {
  byEmail,
  byUsername,
  keysOf,
  memberOf,
  takenField,
  User,
  type Member,
  type UserDocument,
} from './user.ts'

/** The form of a sign-in: a username or an email, and a password that is judged by nothing but the check. */
export const credentials = z.object({
  username: text().superRefine((name, context) => {
    if (name.trim() === '') context.addIssue('errors.name.missing')
  }),
  password: text().superRefine((password, context) => {
    if (password === '') context.addIssue('errors.password.missing')
  }),
  remember: text().transform((value) => value !== ''), // a box that is not ticked is not sent
})

/**
 * Find out who this is. One answer for an unknown name and a wrong password, after the same time (ASVS 6.3.8).
 * A password kept in an old form is stored in today's as soon as it was right; a damaged one is logged and never matches.
 */
export async function authenticate(
  form: z.output<typeof credentials>,
  log: { warn: (fields: object, message: string) => void },
): Promise<Result<Member>> {
  const user = await findByName(form.username.trim())
  const { ok, upgrade, damaged } = await check(form.password, user && storedPassword(user))
  if (damaged === true) {
    log.warn({ userId: user?._id.toString() }, 'The stored password of this user is damaged')
  }
  if (user && ok) {
    if (upgrade !== undefined) await storeUpgrade(user, upgrade)
    return accept(memberOf(user))
  } else {
    return refuse({ password: 'errors.credentials' })
  }
}

// A document from elsewhere may lack it: that is a damaged password, not an unknown user.
function storedPassword({ password }: { password?: unknown }): unknown {
  return password ?? ''
}

async function findByName(name: string): Promise<UserDocument | undefined> {
  const filter = name.includes('@') ? byEmail(name) : byUsername(name)
  // Descending, so that of a document with a key and an old one without, the one with the key counts.
  const [user] = await User.find(filter).sort({ usernameKey: -1 }).limit(1).lean<UserDocument[]>()
  return user
}

async function storeUpgrade(user: UserDocument, password: string): Promise<void> {
  // Only if nobody changed the password meanwhile.
  const unchanged = { _id: user._id, password: user.password }
  try {
    await User.updateOne(unchanged, { $set: { password, ...keysOf(user) } })
  } catch (error) {
    takenField(error) // throws for anything else; somebody has the key: the old document goes on without
    await User.updateOne(unchanged, { $set: { password } })
  }
}
