// `sesame user add|lock|unlock|reset-link|delete`: what an operator does for people, or to them.
import type { Command } from 'commander'
import { translator } from '../../config/i18n.ts'
import { MINUTE } from '../../config/time.ts'
import { readForm } from '../../lib/form.ts'
import { deleteAccount } from '../../models/account/deletion.ts'
import { lockUser, unlockUser } from '../../models/operator/users.ts'
import { register, registration } from '../../models/account/registration.ts'
import { issueReset, tokenTtl } from '../../models/mail/token.ts'
import { User } from '../../models/user.ts'
import { withDatabase } from '../database.ts'
import { askPassword, confirmByTyping, readPassword } from '../prompts.ts'
import { counted, example, plain, print, printError, Refusal } from '../terminal.ts'
import { withUser } from './find-user.ts'

type AddOptions = { passwordStdin?: boolean; verified?: boolean }

/** Add the commands that change something to the group of those about users. */
export function addUserChanges(user: Command): void {
  user
    .command('add')
    .description('Add a user, by the rules of the registration page. The password is asked for.')
    .argument('<name>', 'the new username')
    .argument('<email>', 'the email address')
    .option('--password-stdin', 'read the password from stdin')
    .option('--verified', 'you vouch for the address: no letter has to confirm it')
    .addHelpText('after', example('npx sesame user add alice alice@example.com --verified'))
    .action(add)
  user
    .command('lock')
    .description('Keep a user out: no sign-in any more, and all sessions end.')
    .argument('<name>', 'username or email')
    .addHelpText('after', example('npx sesame user lock alice'))
    .action(lock)
  user
    .command('unlock')
    .description('Let a user in again, whom an operator or too many failed sign-ins keep out.')
    .argument('<name>', 'username or email')
    .addHelpText('after', example('npx sesame user unlock alice'))
    .action(unlock)
  user
    .command('reset-link')
    .description('Print a link with which a user chooses a new password.')
    .argument('<name>', 'username or email')
    .addHelpText('after', example('npx sesame user reset-link alice'))
    .action(resetLink)
  user
    .command('delete')
    .description('Delete a user with everything that is kept about them. Nothing brings it back.')
    .argument('<name>', 'username or email')
    .option('--yes', 'do not ask')
    .addHelpText('after', example('npx sesame user delete alice'))
    .action(remove)
}

async function add(username: string, email: string, options: AddOptions): Promise<void> {
  const password = options.passwordStdin ? await readPassword() : await askPassword()
  await withDatabase(
    async () => {
      const form = readForm({ username, email, password }, registration)
      // Whoever has the database in hand is not throttled.
      const result = form.ok ? await register(form.value, { networks: [], isCounted: false }) : form
      if (!result.ok) throw new Refusal(sentences(result.errors))
      const { value: member } = result
      if (options.verified) {
        await User.updateOne({ _id: member.id }, { $set: { emailVerifiedAt: new Date() } })
      }
      await print(`Added ${plain(member.username)} with the email ${plain(member.email)}.`)
    },
    { prepare: true },
  )
}

function sentences(errors: Record<string, string>): string {
  const t = translator('en')
  const lines = Object.entries(errors).map(([field, key]) => `  ${field}: ${t(key)}`)
  return ['This user was not added:', ...lines].join('\n')
}

async function lock(named: string): Promise<void> {
  await withUser(named, async ({ id, name, store }) => {
    const count = await lockUser(store, id)
    await print(`${name} is locked; ${counted(count, 'session')} ended.`)
  })
}

async function unlock(named: string): Promise<void> {
  await withUser(named, async ({ id, name }) => {
    await unlockUser(id)
    await print(`${name} is not locked and can sign in.`)
  })
}

async function resetLink(named: string): Promise<void> {
  await withUser(named, async ({ user, name, settings }) => {
    const token = await issueReset(user)
    printError(
      `With this link ${name} can choose a new password, once, within ${tokenTtl['password-reset'] / MINUTE} minutes:`,
    )
    await print(`${settings.baseUrl}/password-reset/${token}`)
    if (user.lockedAt) {
      printError(`${name} is locked and can't sign in with it before "user unlock".`)
    }
  })
}

async function remove(named: string, { yes }: { yes?: boolean }): Promise<void> {
  await withUser(named, async ({ user, id, name, store }) => {
    if (!yes) {
      await confirmByTyping(`Type "${name}" to delete this account for good: `, user.username)
    }
    await deleteAccount(store, id)
    await print(`${name} is deleted, with all sessions, links, letters and events.`)
  })
}
