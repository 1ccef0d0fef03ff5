// What may be asked of a run on the command line.
import { Command } from 'commander'
import { aboveZero, wholeIn } from '../options.ts'

export type Options = {
  minutes: number
  workers: number
  people: number
  rate: number
  every: number
  seed: number
  server: boolean
  write: boolean
}

const MAX_RATE = 100 // requests a second: this is to shake the site, not to load it

const HELP = `
Examples:
  npm run soak
  npm run soak -- --minutes 1 --people 10
  npm run soak -- --seed 7 --write
  npm run soak -- --server

Users are at a site of its own while workers and the database are killed, and every promise
that was acknowledged is checked. The exit code is 1 if one was broken. Ctrl-C sends the users home
and checks what there is; a second one ends at once.`

/** Read the command line. Ends the process on --help and on wrong usage. */
export function readOptions(): Options {
  return new Command('npm run soak --')
    .description('Let users be at the site while its processes are killed, and check its promises.')
    .option('--minutes <number>', 'how long the users are there', aboveZero(240), 10)
    .option('--workers <number>', 'processes that answer, 2 or more', wholeIn(2, 16), 2)
    .option('--people <number>', 'how many there are at once', wholeIn(1, 200), 20)
    .option('--rate <number>', 'requests a second at most', aboveZero(MAX_RATE), 60)
    .option('--every <number>', 'seconds between two kills, about', aboveZero(3600), 8)
    .option('--seed <number>', 'makes all choices the same again', wholeIn(0, 2 ** 31), 1)
    .option('--server', 'with a MongoDB beside the site, in MONGO_URL', false)
    .option('--write', 'keep the result in docs/bench', false)
    .addHelpText('after', HELP)
    .parse()
    .opts<Options>()
}
