#!/usr/bin/env node
// `npx sesame …`: the command line of whoever operates the site.
import { CommanderError } from 'commander'
import { isDatabaseAway } from '../lib/mongodb/away.ts'
import { StartProblem } from '../lib/start-problem.ts'
import { createProgram } from '../cli/program.ts'
import { endWithReader, EXIT, Refusal, printError } from '../cli/terminal.ts'

endWithReader()
try {
  await createProgram().parseAsync()
} catch (error) {
  process.exitCode = codeOf(error)
}

// Of what somebody can do something about only the sentence is shown; a fault of the program comes with its stack.
function codeOf(error: unknown): number {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? EXIT.done : EXIT.usage // commander has said it
  } else if (error instanceof Refusal) {
    printError(error.message)
    return error.code
  } else if (error instanceof StartProblem) {
    printError(error.message)
    return EXIT.noDatabase
  } else if (isDatabaseAway(error)) {
    printError(
      'The database went away in the middle. What was done until then stays; run it again.',
    )
    return EXIT.noDatabase
  } else {
    printError(error instanceof Error ? (error.stack ?? error.message) : String(error))
    return EXIT.fault
  }
}
