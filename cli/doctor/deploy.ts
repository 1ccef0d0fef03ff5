// What docs/deployment.md asks for beside what a site can do without: real secrets, memory, a backup.
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Settings } from '../../config/env.ts'
import { isGuessable } from '../../config/env-fields.ts'
import { DAY } from '../../config/time.ts'
import { User } from '../../models/user.ts'
import { counted } from '../terminal.ts'
import { Findings, type Finding } from './finding.ts'

// Bytes, as docs/sizing.md measures them: of a worker, of the embedded engine, and what nothing goes on without.
const OF_WORKER = 150e6
const OF_ENGINE = 500e6
const LEAST = 128e6
const OLDEST_BACKUP = 2 * DAY // one a night, and one that failed

const RANDOM = 'openssl rand -hex 32'

/** What is missing of the settings, which development does without. */
export function checkProduction({ production, sessionEncryptionKey }: Settings): Finding[] {
  const findings = new Findings('deploy')
  if (!production) {
    findings.wrong(
      'NODE_ENV is not "production".',
      'Set NODE_ENV=production where the site gets its environment.',
    )
  }
  if (sessionEncryptionKey === undefined) {
    findings.wrong(
      'SESSION_ENCRYPTION_KEY is not set: what sessions hold can be read in the database.',
      `Set it to what this prints: ${RANDOM}`,
    )
  }
  return findings.orOk('The settings are those of production.')
}

/** Whether passwords have a pepper. Wants the database: where there are accounts already, it can't be changed any more. */
export async function checkPepper({ passwordPepper }: Settings): Promise<Finding[]> {
  const findings = new Findings('deploy')
  const fault =
    passwordPepper === undefined
      ? 'is not set'
      : isGuessable(passwordPepper)
        ? 'is too easy to guess'
        : undefined
  if (fault !== undefined) {
    const says = `PASSWORD_PEPPER ${fault}: whoever gets the database can guess passwords without the site.`
    if ((await User.estimatedDocumentCount()) === 0) {
      findings.wrong(says, `Before the first account, set it to what this prints: ${RANDOM}`)
    } else {
      findings.warning(says, 'Leave it: with another one no password of the accounts would match.')
    }
  }
  return findings.all
}

/** Whether there is memory for the site, as far as the system or the container tells. */
export function checkMemory(
  { workers, mongoUrl }: Settings,
  available = process.availableMemory(),
): Finding[] {
  const findings = new Findings('memory')
  const needed = workers * OF_WORKER + (mongoUrl === undefined ? OF_ENGINE : 0)
  const says = `${counted(available, 'byte')} are available; a site like this takes ${counted(needed, 'byte')}.`
  if (available < LEAST) {
    findings.wrong(says, 'Give the machine or the container more memory.')
  } else if (available < needed) {
    findings.warning(says, 'That is enough only if the site runs already: docs/sizing.md.')
  }
  return findings.orOk(says)
}

/** How old the newest backup in a folder is. Without a folder that is not known. */
export async function checkBackups(folder: string | undefined): Promise<Finding[]> {
  const findings = new Findings('backup')
  const todo = 'Make one every night, and look why the last ones failed: docs/backup.md.'
  if (folder === undefined) {
    findings.warning('How old the last backup is was not looked at.', 'Name its folder: --backups')
    return findings.all
  }
  const newest = await findNewest(folder).catch((error: unknown) => {
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException
    findings.wrong(`${folder} can't be looked at (${code}).`, 'Name the folder of the backups.')
  })
  if (findings.all.length > 0) return findings.all
  if (newest === undefined) {
    findings.wrong(`There is no file of the name *.backup in ${folder}.`, todo)
    return findings.all
  }
  const says = `The newest backup is of ${newest.toISOString()}.`
  if (Date.now() - newest.getTime() > OLDEST_BACKUP) findings.wrong(says, todo)
  return findings.orOk(says)
}

// A file that is called otherwise is none, or none that is complete: docs/backup.md.
async function findNewest(folder: string): Promise<Date | undefined> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.backup'))
  const times = await Promise.all(
    names.map(async (name) => (await stat(join(folder, name))).mtimeMs),
  )
  return times.length === 0 ? undefined : new Date(Math.max(...times))
}
