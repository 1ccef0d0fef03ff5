// `sesame demo`: accounts that everybody knows, for trying the site out by hand.
import type { Command } from 'commander'
import { DEMO_PASSWORD, demoAccounts, makeDemo } from '../../models/operator/demo.ts'
import { settingsOrProblem, withDatabase } from '../database.ts'
import { example, padded, plainJson, print, Refusal } from '../terminal.ts'
import { openStore } from './find-user.ts'

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
      await print(`Sign in at ${settings.baseUrl}/login`)
    },
    { prepare: true },
  )
}
