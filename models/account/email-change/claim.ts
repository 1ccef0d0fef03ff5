// Whose an address is while nobody has confirmed it: for some days whoever registered with it, then whoever has the mailbox.
import { limits } from '../../../config/limits.ts'
import { DAY } from '../../../config/time.ts'
import { byName, User } from '../../user.ts'
import { nameKey } from '../../user/name-key.ts'

/** True if somebody else has the address, or a name like it, and keeps it. */
export async function isEmailTaken(email: string, userId?: string): Promise<boolean> {
  const holder = { ...byName(email), $nor: [unconfirmedHolder(email)] }
  return (
    (await User.exists(userId === undefined ? holder : { ...holder, _id: { $ne: userId } })) !==
    null
  )
}

/** True if somebody has the address who has not confirmed it for as long as a link counts. */
export async function isEmailClaimable(email: string): Promise<boolean> {
  return (await findUnconfirmedHolder(email)) !== undefined
}

/** The id of such a holder, whose sessions have to be told when the address is taken. */
export async function findUnconfirmedHolder(email: string): Promise<string | undefined> {
  return (await User.exists(unconfirmedHolder(email)))?._id.toString()
}

/**
 * Take the address from such a holder, for whoever has just used a link that was mailed to it: otherwise anybody could block
 * the addresses of others for ever. The account stays, with its name and password, because somebody may use it.
 */
export async function takeFromUnconfirmed(email: string): Promise<void> {
  const change = {
    $pull: { keys: nameKey(email) },
    $unset: { email: 1, emailKey: 1, refusedEmail: 1 },
  }
  await User.updateOne(unconfirmedHolder(email), change)
}

// A name that is the address stays with whoever has it: it is what they sign in by.
function unconfirmedHolder(email: string) {
  const key = nameKey(email)
  const longAgo = new Date(Date.now() - limits.confirmDays * DAY)
  return {
    keys: key,
    emailKey: key,
    usernameKey: { $ne: key },
    emailVerifiedAt: null,
    createdAt: { $not: { $gte: longAgo } }, // documents from elsewhere may not say when they came
  }
}
