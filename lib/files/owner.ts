// Whose a file is: what root writes among the files of another user, that user can't open again.
import { lstat, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { StartProblem } from '../start-problem.ts'

export const RUN_AS_OWNER = 'Run this and the site as one user, its owner.'

/** What is said of a file that is not this user's. */
export const belongsToAnother = (path: string) => `${path} belongs to another user.`

/**
 * Throw a StartProblem if this is root, and the path is there and somebody else's. Anybody else can write there only what they
 * are allowed to, such as in a volume that was given to their group.
 */
export async function requireOwnIfRoot(path: string): Promise<void> {
  if (process.getuid?.() !== 0) return
  const found = await stat(path).catch(() => undefined)
  if (found && found.uid !== 0) throw new StartProblem(belongsToAnother(path), RUN_AS_OWNER)
}

/** The first file in a folder whose owner is another one than this user; undefined if there is none. */
export async function findForeignFile(folder: string): Promise<string | undefined> {
  for (const name of await readdir(folder).catch(() => [])) {
    const file = join(folder, name)
    const found = await lstat(file).catch(() => undefined)
    if (found && found.uid !== process.getuid?.()) return file
  }
  return undefined
}
