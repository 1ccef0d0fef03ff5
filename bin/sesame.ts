#!/usr/bin/env node
// `npx sesame …`: the command line of whoever operates the site.
import { runProgram } from '../cli/program.ts'
import { endWithReader } from '../cli/terminal.ts'

endWithReader()
await runProgram(process.argv.slice(2))
