// The commands there are, and what is the same for all of them: help, exit codes, how wrong usage is answered.
import { Command, CommanderError } from 'commander'
import { sesame } from '../config/paths.ts'
import { version } from '../config/version.ts'
import { isDatabaseAway } from '../lib/mongodb/away.ts'
import { StartProblem } from '../lib/start-problem.ts'
import { addBackup } from './commands/backup.ts'
import { addDemo } from './commands/demo.ts'
import { addDoctor } from './commands/doctor.ts'
import { addImport } from './commands/import.ts'
import { addMail } from './commands/mail.ts'
import { addMaintenance } from './commands/maintenance.ts'
import { addNewPage } from './commands/new-page.ts'
import { addPassword } from './commands/password.ts'
import { addRemoveLessons } from './commands/remove-lessons.ts'
import { addRestore } from './commands/restore.ts'
import { addSession } from './commands/session.ts'
import { addSupportBundle } from './commands/support-bundle.ts'
import { addTotp, addTwoFactor } from './commands/two-factor.ts'
import { addUserChanges } from './commands/user-change.ts'
import { addUser } from './commands/user.ts'
import { EXIT, printError, Refusal } from './terminal.ts'

const HELP = `
The settings are the site's own environment variables (MONGO_URL, DATA_DIR, PASSWORD_PEPPER, …).
Every command may be used while the site runs.

A name that begins with "-" stands behind "--": ${sesame} user show -- -name-

Exit codes:
  0    done
  1    refused, or problems were found; the message says what
  2    wrong usage
  3    the settings are wrong, or the database can't be reached
  70   a fault of this program
  130  stopped by Ctrl-C; what was done until then stays

Example:
  ${sesame} user show alice`

/** Run the command that these words ask for, and set the exit code of this process. Never throws: what failed is said on stderr. */
export async function runProgram(words: string[]): Promise<void> {
  try {
    await createProgram().parseAsync(words, { from: 'user' })
  } catch (error) {
    process.exitCode = codeOf(error)
  }
}

/** The whole command line, ready to parse. Wrong usage and --help end in a CommanderError. */
export function createProgram(): Command {
  const program = new Command('sesame')
    .description('Operate the site: its people, their sessions and passwords.')
    .version(version)
    .addHelpText('after', HELP)
    .exitOverride() // before the commands, which inherit it
    .showHelpAfterError('(--help shows how it is used)')
  const user = addUser(program)
  addUserChanges(user)
  addTwoFactor(user)
  addSession(program)
  addPassword(program)
  addImport(program)
  addMail(program)
  addMaintenance(program)
  addBackup(program)
  addRestore(program)
  addDemo(program)
  addTotp(program)
  addDoctor(program)
  addSupportBundle(program)
  addNewPage(program)
  addRemoveLessons(program)
  return program
}

// Of what somebody can do something about only the sentence is shown; a fault of the program comes with its stack.
function codeOf(error: unknown): number {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? EXIT.done : EXIT.usage // commander has said it
  }
  if (error instanceof Refusal || error instanceof StartProblem) {
    printError(error.message)
    return error instanceof Refusal ? error.code : EXIT.noDatabase
  }
  if (isDatabaseAway(error)) {
    printError(
      'The database went away in the middle. What was done until then stays; run it again.',
    )
    return EXIT.noDatabase
  }
  printError(error instanceof Error ? (error.stack ?? error.message) : String(error))
  return EXIT.fault
}
