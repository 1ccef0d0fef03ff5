// The user who is meant by a name on the command line.
import type { Command } from 'commander'
import mongoose from 'mongoose'
import type { Settings } from '../config/env.ts'
import { openSessionStore } from '../lib/session/open.ts'
import type { SessionStore } from '../lib/session/store.ts'
import { findByName, type UserDocument } from '../models/user.ts'
import { withDatabase } from './database.ts'
import { example, plain, Refusal } from './terminal.ts'

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

/** Add a command that does something with one user, named by username or email. */
export function forOneUser(
  parent: Command,
  command: string,
  work: (
    target: Target,
    options: { yes?: boolean; json?: boolean; set?: Record<string, string> },
  ) => Promise<void>,
): Command {
  const words = parent.name() === 'user' ? 'user' : `user ${parent.name()}`
  return parent
    .command(command)
    .argument('<name>', 'username or email')
    .addHelpText('after', example(`${words} ${command} alice`))
    .action((named: string, options: object) =>
      withDatabase(async (settings) => {
        const user = await findUser(named)
        const [id, name] = [user._id.toString(), plain(user.username)]
        await work({ user, id, name, store: openStore(settings), settings }, options)
      }),
    )
}

/** The store of the site's sessions. */
export function openStore(settings: Settings): SessionStore {
  return openSessionStore(settings, mongoose.connection)
}
