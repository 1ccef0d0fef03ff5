// `sesame demo`: accounts that everybody knows, for trying the site out by hand.
import type { Command } from 'commander'
import type { Settings } from '../../config/env.ts'
import { sesame } from '../../config/paths.ts'
import { developmentSecret } from '../../lib/development-secret.ts'
import { useEncryptionKeys } from '../../lib/field-encryption.ts'
import { DEMO_PASSWORD, DEMO_TOTP_KEY, demoAccounts, makeDemo } from '../../models/operator/demo.ts'
import { settingsOrProblem, withDatabase } from '../database.ts'
import { example, padded, plainJson, print, Refusal } from '../terminal.ts'
import { openStore } from '../find-user.ts'

/** Add the command. */
export function addDemo(program: Command): void {
  program
    .command('demo')
    .description(
      'Make the accounts of docs/manual-testing.md, or make them anew as they were. Refused in production.',
    )
    .option('--json', 'print a JSON array')
    .addHelpText('after', example('demo'))
    .action(demo)
}

async function demo({ json }: { json?: boolean }): Promise<void> {
  // Anybody could sign in with a password that stands in the source.
  if (settingsOrProblem().production) {
    throw new Refusal('Demo accounts have a known password: they are refused in production.')
  }
  await withDatabase(
    async (settings) => {
      useEncryptionKeys(await encryptionKeysOf(settings))
      const taken = await makeDemo(openStore(settings))
      if (taken.length > 0) {
        throw new Refusal(
          `Nothing was done: somebody who is not of the demo has the name or address of ${taken.join(', ')}.`,
        )
      }
      const accounts = demoAccounts.map((one) => ({ ...one, password: DEMO_PASSWORD }))
      if (json) return print(plainJson(accounts))
      for (const { username, email, what } of accounts) {
        await print(`${padded(username, 12)}  ${padded(email, 22)}  ${what}`)
      }
      await print(`The password of each: ${DEMO_PASSWORD}`)
      await print(
        `The app of two-tess has the key ${DEMO_TOTP_KEY}: ${sesame} totp ${DEMO_TOTP_KEY}`,
      )
      await print(`Sign in at ${settings.baseUrl}/login`)
    },
    { prepare: true },
  )
}

// Those of the site, which has made one itself if it was given none.
async function encryptionKeysOf({ encryptionKeys, dataDir }: Settings): Promise<string[]> {
  return encryptionKeys.length > 0
    ? encryptionKeys
    : [await developmentSecret(dataDir, 'encryption-key')]
}
