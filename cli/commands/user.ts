// `sesame user list` and `sesame user show`: who has an account, and in what state it is.
import { InvalidArgumentError, type Command } from 'commander'
import {
  describeUser,
  listUsers,
  type Filter,
  type ListedUser,
} from '../../models/operator/users.ts'
import { withDatabase } from '../database.ts'
import {
  counted,
  example,
  padded,
  plain,
  plainJson,
  print,
  printError,
  printJsonList,
  timeOf,
} from '../terminal.ts'
import { forOneUser, type Target } from '../find-user.ts'

type Person = Awaited<ReturnType<typeof describeUser>>
type ListOptions = Filter & { limit?: number; json?: boolean }

/** Add the commands that look; returns the group, for those that change something. */
export function addUser(program: Command): Command {
  const user = program.command('user').description('The people who have an account.')
  user
    .command('list')
    .description('List the users, in the order in which they came.')
    .option('--search <text>', 'only those with this in the username or the email')
    .option('--bare-md5', 'only those whose password is still a bare md5')
    .option('--locked', 'only those who are locked, by an operator or by failed sign-ins')
    .option('--limit <count>', 'at most so many', wholeNumber)
    .option('--json', 'print a JSON array')
    .addHelpText('after', example('user list --locked', 'user list --search @example.com --json'))
    .action(list)
  forOneUser(user, 'show', show)
    .description('Show one user: the account, its sessions, password, second factor and passkeys.')
    .option('--json', 'print a JSON object')
  return user
}

// A count as it is typed. Throws what commander shows as wrong usage.
function wholeNumber(typed: string): number {
  if (/^\d{1,9}$/.test(typed)) return Number(typed)
  throw new InvalidArgumentError('It has to be a whole number.')
}

async function list({ limit = Infinity, json, ...filter }: ListOptions): Promise<void> {
  await withDatabase(async () => {
    let count = 0
    const people = async function* () {
      if (limit === 0) return
      for await (const person of listUsers(filter)) {
        yield person
        if (++count === limit) return
      }
    }
    if (json) return printJsonList(people())
    for await (const person of people()) await print(lineOf(person))
    printError(`${counted(count, 'user')}.`)
  })
}

function lineOf(person: ListedUser): string {
  const { username, email, createdAt, isVerified, locked, password } = person
  const since = createdAt ? createdAt.toISOString().slice(0, 10) : 'unknown'
  return [
    `${padded(plain(username), 24)}  ${padded(plain(email || '(no email)'), 32)}  since ${since}`,
    ...(isVerified ? [] : ['unverified']),
    ...(locked === 'operator' ? ['locked by an operator'] : []),
    ...(locked === 'failures' ? ['locked by failed sign-ins'] : []),
    ...(password === 'argon2id' ? [] : [`password: ${password}`]),
  ].join(', ')
}

async function show({ user, store }: Target, { json }: { json?: boolean }): Promise<void> {
  const person = await describeUser(store, user)
  if (json) return print(plainJson(person))
  const { email, locked, lockedAt, sessions, lastActive } = person
  const verified = since('verified', person.emailVerifiedAt) || ', not verified'
  const lines = [
    ['Username', plain(person.username)],
    ['Id', person.id],
    ['Email', email === '' ? 'none' : plain(email) + verified],
    ['Since', timeOf(person.createdAt)],
    ['Password', passwordWords(person)],
    ['Factor', factorWords(person)],
    ...passkeyLines(person),
    ...Object.entries(person.details ?? {}).map(([field, value]) => [field, fieldWords(value)]),
    ['Locked', lockedWords(locked, lockedAt)],
    ['Sessions', `${sessions}${since('last active', lastActive)}`],
  ]
  for (const [label = '', value = ''] of lines) await print(`${label.padEnd(9)} ${value}`)
}

function since(words: string, at: Date | undefined): string {
  return at ? `, ${words} ${timeOf(at)}` : ''
}

function passwordWords({ password, passwordChangedAt }: Person): string {
  return password + since(password === 'none' ? 'removed' : 'changed', passwordChangedAt)
}

function factorWords({ password, twoFactor }: Person): string {
  if (!twoFactor) return password === 'none' ? 'none but the passkeys' : 'none but the password'
  const { since, lastCodeAt, recoveryCodesLeft } = twoFactor
  return [
    `an app since ${timeOf(since)}`,
    lastCodeAt ? `last code ${timeOf(lastCodeAt)}` : 'no code used yet',
    `${counted(recoveryCodesLeft, 'recovery code')} left`,
  ].join(', ')
}

function passkeyLines({ passkeys }: Person): string[][] {
  if (passkeys.length === 0) return [['Passkeys', 'none']]
  return passkeys.map(({ name, madeAt, usedAt, synced, isEnough }, index) => [
    index === 0 ? 'Passkeys' : '',
    [
      plain(name || '(no name)'),
      `made ${timeOf(madeAt)}`,
      usedAt ? `last used ${timeOf(usedAt)}` : 'not used yet',
      ...(synced ? ['synced'] : []),
      ...(isEnough ? [] : ['only with the password']),
    ].join(', '),
  ])
}

function fieldWords(value: string | boolean): string {
  if (typeof value === 'string') return plain(value)
  return value ? 'yes' : 'no'
}

function lockedWords(locked: ListedUser['locked'], lockedAt: Date | undefined): string {
  if (locked === 'operator') return `by an operator, ${timeOf(lockedAt)}`
  return locked === 'failures' ? 'by too many failed sign-ins, for a day at most' : 'no'
}
