// `sesame restore FILE`: a backup comes back into a database that is empty, or in the place of what is there.
import type { Command } from 'commander'
import { readBackup, UnreadableBackup, type Counts, type Head } from '../../lib/files/backup.ts'
import { startProgress } from '../progress.ts'
import { readCompressed } from '../../lib/files/atomic.ts'
import { markOf } from '../../models/operator/backup.ts'
import { isRestoreUnfinished } from '../../models/operator/restore/stage.ts'
import { restore, type Restored } from '../../models/operator/restore.ts'
import { User } from '../../models/user.ts'
import { withDatabase } from '../database.ts'
import { confirmByTyping } from '../prompts.ts'
import { stopSignal } from '../stop-signal.ts'
import { counted, example, EXIT, plain, print, printError, Refusal, timeOf } from '../terminal.ts'

type Options = { replace?: boolean; yes?: boolean }

const HELP = `
The whole file is checked before anything is changed. All sessions end, and links in mails that were sent count no more:
everybody signs in again, with the password of the backup. PASSWORD_PEPPER has to be that of the site it was taken from.
What happened since the backup is undone: see docs/backup.md for whom to delete, to lock once more or to tell.

The site may go on meanwhile, but what people change then is lost. Cut off, the command is run again with --replace.`

/** Add the command. */
export function addRestore(program: Command): void {
  program
    .command('restore')
    .description('Fill the database from a backup.')
    .argument('<file>', 'what "backup" has written')
    .option(
      '--replace',
      'delete all users that are there; without it a database that has any is left alone',
    )
    .option('--yes', 'do not ask before deleting')
    .addHelpText('after', `${HELP}\n${example('restore sesame-2026-11-26.backup')}`)
    .action(restoreFile)
}

async function restoreFile(file: string, { replace, yes }: Options): Promise<void> {
  const { head, counts, bytes } = await check(file)
  printError(
    `The backup is whole: ${counted(counts.users ?? 0, 'user')} as of ${timeOf(head.createdAt)}.`,
  )
  await withDatabase(async ({ passwordPepper }) => {
    const there = await User.countDocuments({})
    const isUnfinished = await isRestoreUnfinished()
    if (isUnfinished) printError('A restore is under way in this database, or was cut off.')
    if (there > 0 && !replace) {
      throw new Refusal(
        `There are ${counted(there, 'user')} in it. Nothing was changed; --replace deletes them first.`,
      )
    }
    if (there > 0 && !yes) {
      await confirmByTyping(`Type "replace" to delete ${counted(there, 'user')}: `, 'replace')
    }
    if (head.pepper !== markOf(passwordPepper)) {
      printError(
        'PASSWORD_PEPPER is not that of the backup: with this one no password in it will match.',
      )
    }
    await printRestoreReport(await restoreWith(file, counts, bytes), head.createdAt)
  })
}

async function restoreWith(file: string, counts: Counts, bytes: number): Promise<Restored> {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
  const signal = stopSignal()
  const progress = startProgress(total)
  const restored = await restore((await readBackup(readCompressed(file))).entries, {
    bytes,
    signal,
    onBatch: (done) => {
      progress.update(done, `${done.toLocaleString('en')} of ${counted(total, 'document')}`)
    },
  })
    .catch(unreadable(file))
    .finally(() => progress.stop())
  if (!restored) throw new Refusal('Stopped. Nothing was changed.', EXIT.stopped)
  return restored
}

// How many people are back, who had to give something up, and that all sessions have ended.
async function printRestoreReport({ counts, conflicts, leftOut }: Restored, createdAt: Date) {
  await print(`${counted(counts.users ?? 0, 'user')} restored as of ${timeOf(createdAt)}.`)
  const list = (names: string[]) => names.map(plain).join(', ')
  const { dropped, withoutAddress } = conflicts
  if (dropped.length > 0) {
    printError(`Left out, for somebody had their name later: ${list(dropped)}`)
  }
  if (withoutAddress.length > 0) {
    printError(`Without their address, for somebody had it later: ${list(withoutAddress)}`)
  }
  if (leftOut > 0) printError(`${counted(leftOut, 'document')} of people who are gone left out.`)
  printError('All sessions and mailed links have ended: everybody signs in again.')
  // A removed passkey may be a stolen one, and whoever saw a recovery code that was used could use it now.
  printError(
    'Passwords, apps, recovery codes and passkeys are those of the backup again, also where they were used up or removed since: docs/backup.md says whom to tell.',
  )
}

// Reads all of it and keeps nothing.
async function check(file: string): Promise<{ head: Head; counts: Counts; bytes: number }> {
  const counts: Counts = {}
  let bytes = 0
  try {
    const { head, entries } = await readBackup(readCompressed(file))
    for await (const { name, bson } of entries) {
      counts[name] = (counts[name] ?? 0) + 1
      bytes += bson.length
    }
    return { head, counts, bytes }
  } catch (error) {
    return unreadable(file)(error)
  }
}

function unreadable(file: string) {
  return (error: unknown): never => {
    const { code, syscall } = error as { code?: unknown; syscall?: string } // a number where the database refused
    const refused = (why: string) => new Refusal(`${file} can't be ${why} Nothing was changed.`)
    if (error instanceof UnreadableBackup) throw refused(`restored. ${error.message}`)
    if (String(code).startsWith('Z_'))
      throw refused('restored. It is cut off, damaged or no backup.')
    throw syscall === undefined ? error : refused(`read (${String(code)}).`)
  }
}
