// `sesame user add|change|lock|unlock|reset-link|delete`: what an operator does for people, or to them.
import type { Command } from 'commander'
import { sesame } from '../../config/paths.ts'
import { translator } from '../../config/i18n.ts'
import { MINUTE } from '../../config/time.ts'
import { readForm } from '../../lib/form.ts'
import { deleteAccount } from '../../models/account/deletion.ts'
import { lockUser, unlockUser } from '../../models/operator/users.ts'
import { changeDetails, detailsForm } from '../../models/user/details.ts'
import { isEmailClaimable } from '../../models/account/email-change/claim.ts'
import { register, registration } from '../../models/account/registration.ts'
import { issueReset, tokenTtl } from '../../models/mail/token.ts'
import { userFields } from '../../models/user/fields.ts'
import { withDatabase } from '../database.ts'
import { askPassword, confirmByTyping, readPassword } from '../prompts.ts'
import { counted, example, plain, print, printError, Refusal } from '../terminal.ts'
import { forOneUser, type Target } from '../find-user.ts'
import { addSet, setExample, type SetFields } from '../user-fields.ts'

type AddOptions = { passwordStdin?: boolean; verified?: boolean; set?: SetFields }

/** Add the commands that change something to the group of those about users. */
export function addUserChanges(user: Command): void {
  const addition = user
    .command('add')
    .description('Add a user, by the rules of the registration page. The password is asked for.')
    .argument('<name>', 'the new username')
    .argument('<email>', 'the email address')
    .option('--password-stdin', 'read the password from stdin')
    .option('--verified', 'you vouch for the address: no letter has to confirm it')
    .addHelpText('after', example('user add alice alice@example.com --verified'))
    .action(add)
  addSet(addition)
  if (userFields.length > 0) {
    const changing = forOneUser(user, 'change', change).description('Change fields of a user.')
    addSet(changing).addHelpText('after', `  ${sesame} user change alice ${setExample()}`)
  }
  forOneUser(user, 'lock', lock).description(
    'Keep a user out: no sign-in any more, and all sessions end.',
  )
  forOneUser(user, 'unlock', unlock).description(
    'Let a user in again, whom an operator or too many failed sign-ins keep out.',
  )
  forOneUser(user, 'reset-link', resetLink).description(
    'Print a link with which a user chooses a new password.',
  )
  forOneUser(user, 'delete', remove)
    .description('Delete a user with everything that is kept about them. Nothing brings it back.')
    .option('--yes', 'do not ask')
}

async function add(username: string, email: string, options: AddOptions): Promise<void> {
  const password = options.passwordStdin ? await readPassword() : await askPassword()
  await withDatabase(
    async () => {
      const form = readForm({ ...options.set, username, email, password }, registration())
      // To whom such an address belongs is found out by a link in a mail, which this command does not send.
      if (form.ok && (await isEmailClaimable(form.value.email))) {
        throw new Refusal(sentences('added', { email: 'errors.email.taken' }))
      }
      // Whoever has the database in hand is not throttled.
      const how = { isVouchedFor: options.verified ?? false }
      const result = form.ok
        ? await register(form.value, { networks: [], isCounted: false }, how)
        : form
      if (!result.ok) throw new Refusal(sentences('added', result.errors))
      const { value: member } = result
      await print(`Added ${plain(member.username)} with the email ${plain(member.email)}.`)
    },
    { prepare: true },
  )
}

async function change({ id, name }: Target, { set = {} }: { set?: SetFields }): Promise<void> {
  const form = readForm(set, detailsForm(Object.keys(set)))
  if (!form.ok) throw new Refusal(sentences('changed', form.errors))
  await changeDetails(id, form.value)
  await print(`${name} has ${counted(Object.keys(set).length, 'changed field')}.`)
}

function sentences(done: 'added' | 'changed', errors: Record<string, string>): string {
  const t = translator('en')
  const lines = Object.entries(errors).map(([field, key]) => `  ${field}: ${t(key)}`)
  return [`This user was not ${done}:`, ...lines].join('\n')
}

async function lock({ id, name, store }: Target): Promise<void> {
  const count = await lockUser(store, id)
  await print(`${name} is locked; ${counted(count, 'session')} ended.`)
}

async function unlock({ id, name }: Target): Promise<void> {
  await unlockUser(id)
  await print(`${name} is not locked and can sign in.`)
}

async function resetLink({ user, name, settings }: Target): Promise<void> {
  const token = await issueReset(user)
  printError(
    `With this link ${name} can choose a new password, once, within ${tokenTtl['password-reset'] / MINUTE} minutes:`,
  )
  await print(`${settings.baseUrl}/password-reset/${token}`)
  if (user.lockedAt) {
    printError(`${name} is locked and can't sign in with it before "${sesame} user unlock".`)
  }
}

async function remove(target: Target, { yes }: { yes?: boolean }): Promise<void> {
  const { user, id, name, store } = target
  if (!yes) {
    await confirmByTyping(`Type "${name}" to delete this account for good: `, user.username)
  }
  // The letter is in English: which language the user speaks is known to no command.
  await deleteAccount(store, id, { caller: { networks: [], isCounted: true }, locale: 'en' })
  await print(`${name} is deleted, with all sessions, links and events; a letter says so.`)
}
