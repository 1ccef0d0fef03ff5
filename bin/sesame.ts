// The command line of whoever operates the site: node dist/bin/sesame.js …, from any folder.
import './node-version.ts'

process.setSourceMapsEnabled(true)
// Loaded only now: an old Node could not even read them.
const { runProgram } = await import('../cli/program.ts')
const { endWithReader } = await import('../cli/terminal.ts')

endWithReader()
await runProgram(process.argv.slice(2))
