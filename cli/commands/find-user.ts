// The user who is meant by a name on the command line.
import mongoose from 'mongoose'
import type { Settings } from '../../config/env.ts'
import { openSessionStore } from '../../lib/session/open.ts'
import type { SessionStore } from '../../lib/session/store.ts'
import { findByName, type UserDocument } from '../../models/user.ts'
import { withDatabase } from '../database.ts'
import { plain, Refusal } from '../terminal.ts'

export type Target = {
  user: UserDocument
  id: string
  name: string
  store: SessionStore
  settings: Settings
}

/** The user with this username or email. Throws a Refusal if there is none. */
export async function findUser(name: string): Promise<UserDocument> {
  const user = await findByName(name.trim())
  if (user) return user
  throw new Refusal(`Nobody has the username or email "${plain(name)}".`)
}

/** Do something with one user, named by username or email. */
export async function withUser(
  name: string,
  work: (target: Target) => Promise<void>,
): Promise<void> {
  await withDatabase(async (settings) => {
    const user = await findUser(name)
    const store = openStore(settings)
    await work({ user, id: user._id.toString(), name: plain(user.username), store, settings })
  })
}

/** The store of the site's sessions. */
export function openStore(settings: Settings): SessionStore {
  return openSessionStore(settings, mongoose.connection)
}
