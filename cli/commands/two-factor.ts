// `sesame user two-factor off` for whoever has lost app and recovery codes, and `sesame totp` for trying the site without a phone.
import type { Command } from 'commander'
import { codeAt } from '../../lib/totp.ts'
import { recordActivity } from '../../models/account/activity.ts'
import { takeTwoFactorOff } from '../../models/account/two-factor.ts'
import type { ChangedBy } from '../../models/account/two-factor/change.ts'
import { settingsOrProblem } from '../database.ts'
import { example, print, printError, Refusal } from '../terminal.ts'
import { forOneUser, type Target } from '../find-user.ts'

/** Add the command to the group of those about users. */
export function addTwoFactor(user: Command): void {
  const group = user.command('two-factor').description('The second factor of a user.')
  forOneUser(group, 'off', off).description(
    'Turn it off for a user who has lost app and recovery codes. Make sure first who is asking.',
  )
}

/** Add the command. */
export function addTotp(program: Command): void {
  program
    .command('totp')
    .description('Print the code that an app with this key shows now. Refused in production.')
    .argument('<key>', 'the key in base32, with or without spaces')
    .addHelpText('after', example('totp JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'))
    .action(totp)
}

async function off({ user, id, name, store }: Target): Promise<void> {
  // The letter is in English: which language the user speaks is known to no command.
  const by: ChangedBy = { caller: { networks: [], isCounted: true }, store, locale: 'en' }
  const result = await takeTwoFactorOff(user, by)
  if (!result?.ok) throw new Refusal(`${name} has no second factor.`)
  const event = { event: 'two-factor-off', outcome: 'done', address: '', agent: '' } as const
  await recordActivity(
    id,
    { at: new Date(), ...event },
    { error: (error) => printError(`The event could not be kept: ${String(error)}`) },
  )
  await print(`${name} is asked for no code any more; all sessions ended, and a letter says so.`)
}

async function totp(key: string): Promise<void> {
  // A key belongs into an app on another device, and not into the history of a server's shell.
  if (settingsOrProblem().production) throw new Refusal('This is refused in production.')
  const secret = key.replace(/\s/g, '').toUpperCase()
  if (!/^[A-Z2-7]{16,}$/.test(secret)) throw new Refusal('This is no key in base32.')
  await print(codeAt(secret))
}
