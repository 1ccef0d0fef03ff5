// Documents that another site of the seed's kind wrote, or an older version of this one: they get the keys of today.
import { keysOf, takenKey, User, type UserDocument } from '../user.ts'
import { renewReservations } from './reservation.ts'

const BATCH = 500

type Legacy = Pick<UserDocument, '_id' | 'username' | 'email'>

const isText = { $gt: '' } // documents from elsewhere may hold anything

// Those who have no keys or keys of an older kind, in the order in which they came, and those whose name or address had been
// another one's. Each has an index, so a database without any is done at once.
const withoutAllKeys = { keys: null, username: isText }
const withoutOne = [
  { usernameKey: null, username: isText },
  { emailKey: null, email: isText },
]

/**
 * Give keys to the documents that lack any. Where two of them claim one key the first gets it, and the other goes on with what
 * it has besides; returns how many of those there are.
 */
export async function addKeysToLegacyUsers(): Promise<number> {
  for (const filter of [withoutAllKeys, ...withoutOne]) {
    const found = User.find(filter)
      .sort(filter === withoutAllKeys ? { createdAt: 1 } : {})
      .select('username email')
      .lean()
      .cursor({ batchSize: BATCH })
    for await (const user of found) await addKeys(user)
  }
  await renewReservations()
  return User.countDocuments({ $or: withoutOne })
}

async function addKeys({ _id, username, email }: Legacy): Promise<void> {
  const address = typeof email === 'string' ? email : ''
  for (const names of [{ username, email: address }, { email: address }, { username }, {}]) {
    const keys = keysOf(names)
    const others = ['usernameKey', 'emailKey'].filter((key) => !(key in keys))
    const $unset = Object.fromEntries(others.map((key) => [key, 1]))
    try {
      const unchanged = { _id, username, email: email ?? null }
      await User.updateOne(unchanged, { $set: keys, $unset })
      return
    } catch (error) {
      takenKey(error) // throws for anything else
    }
  }
}
