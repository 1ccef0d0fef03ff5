// Whether what lies in a database fits together: everything that is told of a person has that person, and nothing is there twice.
import mongoose from 'mongoose'
import { hashFormat } from '../lib/password.ts'
import { endedCollections, keptCollections } from '../models/database/collections.ts'
import { findMissingIndexes } from '../models/database/indexes.ts'
import { isRestoreUnfinished } from '../models/operator/restore/stage.ts'
import { findByName, keysOf } from '../models/user.ts'

// As many of the first and of the last are also looked for as a sign-in does: that reads the indexes.
const MAX_ASKED = 100

type User = {
  username: string
  usernameKey: string
  email?: string
  emailKey?: string
  keys: string[]
}

/** All that is wrong in the database that mongoose is connected to, as sentences; right after a restore none is. */
export async function findFlaws(): Promise<string[]> {
  const database = mongoose.connection.getClient().db(mongoose.connection.name)
  const users = await database.collection<User>('users').find().toArray()
  const ids = new Set(users.map(({ _id }) => _id.toString()))
  const holders = new Map(users.map(({ _id, usernameKey }) => [usernameKey, _id.toString()]))
  const all = async (name: string) => database.collection(name).find().toArray()
  const flaws: string[] = []
  const flawWhere = (isWrong: boolean, sentence: string) => {
    if (isWrong) flaws.push(sentence)
  }
  for (const [place, user] of users.entries()) {
    const { username, usernameKey, email = '', emailKey, keys: all } = user
    const keys = { usernameKey, ...(emailKey === undefined ? {} : { emailKey }), keys: all }
    const isAsked = place < MAX_ASKED || place >= users.length - MAX_ASKED
    const names = [username, email].filter((name) => isAsked && name !== '')
    const isFound = await Promise.all(names.map(findByName))
    flawWhere(JSON.stringify(keys) !== JSON.stringify(keysOf(user)), `${username} has other keys`)
    flawWhere(!isFound.every((one) => one?._id.equals(user._id)), `${username} is not found`)
    flawWhere(
      hashFormat((user as { password?: unknown }).password) === 'damaged',
      `${username}: hash`,
    )
    flawWhere('pendingEmail' in user, `${username} waits for a link that does not come`)
  }
  flawWhere(holders.size !== users.length, 'A name is there twice')
  for (const { _id } of await all('activities')) {
    flawWhere(!ids.has(String(_id)), `Activity of nobody: ${String(_id)}`)
  }
  for (const { _id, userId } of await all('reservations')) {
    const holder = holders.get(String(_id)) ?? String(userId)
    flawWhere(userId !== '' && !ids.has(String(userId)), `Reserved for nobody: ${String(_id)}`)
    flawWhere(holder !== String(userId), `In use by another: ${String(_id)}`)
  }
  for (const name of endedCollections()) {
    flawWhere((await all(name)).length > 0, `There are ${name}`)
  }
  for (const name of keptCollections()) {
    const { valid } = await database.command({ validate: name })
    flawWhere(valid !== true, `${name} or its indexes are damaged`)
  }
  flawWhere(await isRestoreUnfinished(), 'A restore is unfinished')
  return [...flaws, ...(await findMissingIndexes()).map((index) => `No index ${index}`)]
}
