// What may be asked of a run on the command line.
import { Command, InvalidArgumentError } from 'commander'

export const CASES = [
  'home',
  'read',
  'login',
  'sign-in',
  'captcha',
  'size',
  'memory',
  'start',
] as const
export type CaseName = (typeof CASES)[number]

export type Options = {
  only: CaseName[]
  rounds: number
  seconds: number
  rate: number
  requests: number
  largest: number
  connections: number
  answers?: number
  write: boolean
  strict: boolean
  profile: boolean
}

const HELP = `
Cases:
  home     the signed-in /home, against the seed, Express, Fastify, and the least that could be done
  read     the read of a session, step by step, from the driver alone to the store
  login    the anonymous /login, against Express rendering the same page and nothing else
  sign-in  POST /login, against argon2id alone, and what other visitors feel of it
  captcha  how many pictures a core draws
  size     /home, sign-in and /account/sessions while the database grows
  memory   what a process holds after many requests
  start    from the command to the first page

Examples:
  npm run bench
  npm run bench -- --only home,login --rounds 3 --seconds 1
  npm run bench -- --only home --rounds 1 --profile

A target that is missed is a result: the exit code is 0, unless --strict is given or something broke.`

/** Read the command line. Ends the process on --help and on wrong usage. */
export function readOptions(): Options {
  const options = new Command('npm run bench --')
    .description('Measure the site against its targets, on this machine alone.')
    .option('--only <cases>', 'these cases, comma-separated', casesOf, [...CASES])
    .option('--rounds <number>', 'how often each contender has its turn', aboveZero(), 5)
    .option('--seconds <number>', 'how long each turn lasts', aboveZero(), 3)
    .option('--answers <number>', 'let a turn last so many answers instead', aboveZero())
    .option('--rate <number>', 'requests a second where the latency is measured', aboveZero(), 200)
    .option('--requests <number>', 'of the memory case', aboveZero(), 200_000)
    .option('--largest <number>', 'users and sessions of the size case', aboveZero(), 1_000_000)
    .option('--connections <number>', 'visitors at once of home and memory', aboveZero(), 20)
    .option('--write', 'write docs/bench also if not every case was run', false)
    .option('--strict', 'exit code 1 if a target is missed', false)
    .option('--profile', 'run ours under the profiler of Node.js, and write no docs', false)
    .addHelpText('after', HELP)
    .parse()
    .opts<Options>()
  const { only, write, profile } = options
  return { ...options, write: !profile && (write || only.length === CASES.length) }
}

/** Reads an option that is a number above 0. */
export function aboveZero(max = Infinity) {
  return (text: string): number => {
    const value = Number(text)
    if (value > 0 && value <= max) return value
    const limit = max === Infinity ? '' : `, at most ${max}`
    throw new InvalidArgumentError(`It has to be a number above 0${limit}.`)
  }
}

/** Reads an option that is a whole number, both ends included. */
export function wholeIn(min: number, max: number) {
  return (text: string): number => {
    const value = Number(text)
    if (Number.isInteger(value) && value >= min && value <= max) return value
    throw new InvalidArgumentError(`It has to be a whole number from ${min} to ${max}.`)
  }
}

function casesOf(text: string): CaseName[] {
  const names = text.split(',')
  const isKnown = names.every((name) => CASES.some((one) => one === name))
  if (!isKnown) throw new InvalidArgumentError(`Cases are ${CASES.join(', ')}.`)
  return CASES.filter((name) => names.includes(name))
}
