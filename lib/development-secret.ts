// The secrets of a site while developing: made once and kept, so that a restart signs nobody out.
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The files in the data folder: what signs cookies, and what encrypts fields of the database. */
export const DEVELOPMENT_SECRETS = ['session-secret', 'encryption-key'] as const

/** Read a secret from the data folder, or make it there, readable by this user alone. */
export async function developmentSecret(
  dataDir: string,
  name: (typeof DEVELOPMENT_SECRETS)[number],
): Promise<string> {
  const file = join(dataDir, name)
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  try {
    // "wx": if two processes start at once, one makes it and the other reads it.
    await writeFile(file, randomBytes(32).toString('hex'), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return (await readFile(file, 'utf8')).trim()
}
