// `sesame backup FILE`: everything that is kept of people, in a file from which another database can be filled.
import type { Command } from 'commander'
import mongoose from 'mongoose'
import { writeBackup, type Counts } from '../../lib/files/backup.ts'
import { startProgress } from '../progress.ts'
import { NameTaken, requireFree, writeAtomically } from '../../lib/files/atomic.ts'
import { findUnregistered } from '../../models/database/collections.ts'
import { countKept, markOf, readKept } from '../../models/operator/backup.ts'
import { User } from '../../models/user.ts'
import { withDatabase } from '../database.ts'
import { stopSignal } from '../stop-signal.ts'
import { counted, example, EXIT, print, printError, Refusal } from '../terminal.ts'

const HELP = `
It holds users with their password hashes, their activity, counted attempts and reserved names. It holds no session, no link
of a mail and no mail that waits: after a restore everybody signs in again. Not in it either are the settings: keep them apart,
above all PASSWORD_PEPPER, without which no password matches. docs/backup.md says more.

FILE is made new, readable by you alone, and is there only once it is complete. Whoever reads it has all password hashes.`

/** Add the command. */
export function addBackup(program: Command): void {
  program
    .command('backup')
    .description('Write a backup, also while the site runs.')
    .argument('<file>', 'the file to make; one that is there is never overwritten')
    .addHelpText('after', `${HELP}\n${example('backup sesame-2026-11-26.backup')}`)
    .action(backup)
}

async function backup(file: string): Promise<void> {
  await requireFree(file).catch(refused(file))
  await withDatabase(async (settings) => {
    // An empty database is mostly the wrong one, and a backup of it nothing to rely on.
    if (!(await User.exists({}))) throw new Refusal('There is nobody in it. Nothing was written.')
    const unregistered = await findUnregistered()
    if (unregistered.length > 0) {
      throw new Refusal(
        `models/database/collections.ts does not say whether a backup holds ${unregistered.join(', ')}. Nothing was written.`,
      )
    }
    const [began, signal] = [new Date(), stopSignal()]
    const total = await countKept()
    const progress = startProgress(total)
    const counts: Counts = {}
    let done = 0
    const documents = async function* () {
      for await (const entry of readKept()) {
        counts[entry.name] = (counts[entry.name] ?? 0) + 1
        progress.update(++done, `${done.toLocaleString('en')} of ${counted(total, 'document')}`)
        yield entry
      }
    }
    const head = {
      createdAt: began,
      database: mongoose.connection.name,
      pepper: markOf(settings.passwordPepper),
    }
    const size = await writeAtomically(file, writeBackup(head, documents()), signal)
      .catch(refused(file, signal))
      .finally(() => progress.stop())
    const seconds = ((Date.now() - began.getTime()) / 1000).toFixed(1)
    await print(
      `${counted(counts.users ?? 0, 'user')} in ${file}: ${Math.ceil(size / 1000).toLocaleString('en')} kB in ${seconds} s.`,
    )
    printError(
      'Not in it: sessions, links of mails, mails that wait. After a restore everybody signs in again.',
    )
    if (head.pepper !== null) {
      printError('Keep PASSWORD_PEPPER too: without it no password matches.')
    }
  })
}

// A person's mistake, or a full disk, is a sentence; what is wrong with the database is told as everywhere.
function refused(file: string, signal?: AbortSignal) {
  return (error: unknown): never => {
    const { code, syscall } = error as NodeJS.ErrnoException
    if (error instanceof NameTaken) {
      throw new Refusal(
        error.message === file
          ? `${file} is there already. Nothing was written; name another file.`
          : `${error.message} is there: a backup is being written to it, or was cut off; then remove it.`,
      )
    }
    if (signal?.aborted) throw new Refusal('Stopped. No backup was written.', EXIT.stopped)
    if (code === undefined || syscall === undefined) throw error
    throw new Refusal(`${file} can't be written (${code}).`)
  }
}
