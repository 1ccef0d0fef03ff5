// Documents that another site of the seed's kind wrote: they get the keys that make their names unique here too.
import { keysOf, User } from '../user.ts'

const BATCH = 500

/** Give keys to the documents that have none. Where two of them claim one key the first gets it; returns how many were left without. */
export async function addKeysToLegacyUsers(): Promise<number> {
  const old = User.find({ usernameKey: null, username: { $type: 'string' } })
    .sort({ username: 1 }) // so that the index of these documents is used, and a database without any is done at once
    .select('username email')
    .lean()
    .cursor({ batchSize: BATCH })
  let left = 0
  for await (const user of old) {
    try {
      await User.updateOne({ _id: user._id }, { $set: keysOf(user) })
    } catch (error) {
      if ((error as { code?: unknown }).code !== 11000) throw error
      left++
    }
  }
  return left
}
