// `sesame session list` and `sesame session end`: where people are signed in, and the end of that.
import type { Command } from 'commander'
import { deviceOf } from '../../lib/http/device.ts'
import {
  endByPrefix,
  isPrefix,
  listSessions,
  type ListedSession,
} from '../../models/operator/sessions.ts'
import { endAllSessions } from '../../models/session.ts'
import { withDatabase } from '../database.ts'
import {
  counted,
  example,
  padded,
  plain,
  print,
  printError,
  printJsonList,
  Refusal,
  timeOf,
} from '../terminal.ts'
import { findUser, openStore } from '../find-user.ts'

/** Add the commands about sessions. */
export function addSession(program: Command): void {
  const session = program.command('session').description('Where people are signed in.')
  session
    .command('list')
    .description(
      'List the sessions of everybody, or of one user. Each is named as the log names it.',
    )
    .argument('[name]', 'username or email')
    .option('--json', 'print a JSON array')
    .addHelpText('after', example('session list', 'session list alice --json'))
    .action(list)
  session
    .command('end')
    .description('End one session, or all of a user. Its owner is told so at the next request.')
    .argument(
      '<session-or-name>',
      'the 12 characters that name a session, or a username or email for all',
    )
    .addHelpText('after', example('session end 3f9a0c55b1de', 'session end alice'))
    .action(end)
}

async function list(name: string | undefined, { json }: { json?: boolean }): Promise<void> {
  await withDatabase(async (settings) => {
    const owner = name === undefined ? undefined : (await findUser(name))._id.toString()
    const sessions = listSessions(openStore(settings), owner)
    if (json) return printJsonList(sessions)
    let count = 0
    for await (const one of sessions) {
      await print(lineOf(one))
      count++
    }
    printError(`${counted(count, 'session')}.`)
  })
}

function lineOf({ session, username, address, ...more }: ListedSession): string {
  const device = deviceOf(more.agent)
  const words = device ? `${device.browser} on ${device.system}` : 'an unknown device'
  const times = `signed in ${timeOf(more.signedInAt)}, last active ${timeOf(more.lastActive)}`
  return `${session}  ${padded(plain(username), 24)}  ${padded(plain(address), 16)}  ${plain(words)}, ${times}`
}

async function end(named: string): Promise<void> {
  await withDatabase(async (settings) => {
    const store = openStore(settings)
    const found = isPrefix(named) ? await endByPrefix(store, named) : 0
    if (found === 1) return print(`Session ${named.slice(0, 12)} is ended.`)
    if (found > 1) {
      throw new Refusal('More than one session begins so. Nothing was ended; give more characters.')
    }
    const user = await findUser(named).catch((error: unknown) => {
      throw isPrefix(named) ? new Refusal(`No session that is alive begins with ${named}.`) : error
    })
    const count = await endAllSessions(store, user._id.toString(), 'operator')
    await print(`${counted(count, 'session')} of ${plain(user.username)} ended.`)
  })
}
