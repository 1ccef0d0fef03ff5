// `sesame down` and `sesame up`: close the site for a while, with a link for whoever works on it, and open it again.
import { InvalidArgumentError, type Command } from 'commander'
import { beginMaintenance, endMaintenance } from '../../models/operator/maintenance.ts'
import { withDatabase } from '../database.ts'
import { example, print, printError } from '../terminal.ts'

type Options = { message?: string; retry: number }

const MAX_MESSAGE_LENGTH = 500 // characters
const MAX_RETRY = 24 * 60 * 60 // seconds

/** Add the commands. */
export function addMaintenance(program: Command): void {
  program
    .command('down')
    .description(
      'Close the site: every page is 503 but for whoever opens the link that is printed.',
    )
    .option('--message <text>', 'a sentence for visitors, instead of the site’s own', message)
    .option('--retry <seconds>', 'when visitors and programs are to come back', seconds, 600)
    .addHelpText('after', example('down --message "Back at noon (UTC)." --retry 3600'))
    .action(down)
  program
    .command('up')
    .description('Open the site again.')
    .addHelpText('after', example('up'))
    .action(up)
}

async function down({ message, retry }: Options): Promise<void> {
  await withDatabase(async (settings) => {
    const token = await beginMaintenance({ retry, ...(message === undefined ? {} : { message }) })
    printError('The site is closed within two seconds. Whoever opens this link comes in meanwhile:')
    await print(`${settings.baseUrl}/maintenance/${token}`)
  })
}

async function up(): Promise<void> {
  await withDatabase(async () => {
    const wasClosed = await endMaintenance()
    await print(wasClosed ? 'The site is open within two seconds.' : 'The site was open.')
  })
}

function message(text: string): string {
  if (text.trim() === '' || text.length > MAX_MESSAGE_LENGTH) {
    throw new InvalidArgumentError(`It has to have 1 to ${MAX_MESSAGE_LENGTH} characters.`)
  }
  return text.trim()
}

function seconds(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > MAX_RETRY) {
    throw new InvalidArgumentError(`It has to be a whole number of seconds from 1 to ${MAX_RETRY}.`)
  }
  return value
}
