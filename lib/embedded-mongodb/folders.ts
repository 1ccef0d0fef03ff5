// The folders on disk that the embedded database uses, and what an earlier run that was killed left in them.
import { createHash } from 'node:crypto'
import { chmod, lstat, mkdir, mkdtemp, readdir, rename, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { requireOwnIfRoot } from '../files/owner.ts'
import { noFolder } from './refusals.ts'

// A Unix socket's path is short; the engine adds "/embedded-mongodb-XXXXXX/mongodb.sock" to the run's folder.
const MAX_SOCKET_PATH_LENGTH = process.platform === 'darwin' ? 103 : 107 // bytes
const ADDED_BY_RUN = '/run-XXXXXX/embedded-mongodb-XXXXXX/mongodb.sock'.length
const STICKY = 0o1000 // the mode bit of a folder that everybody shares

export type Folders = Awaited<ReturnType<typeof makeFolders>>

/** Make the folders below the data folder, readable by this user alone: they hold everybody's accounts. Throws a StartProblem. */
export async function makeFolders(dataDir: string) {
  const database = join(dataDir, 'mongodb')
  const sockets = socketsFolder(dataDir)
  // Before anything is written: a command of root's beside a service would leave files that the service can't open.
  for (const folder of [dataDir, database]) await requireOwnIfRoot(folder)
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    await makePrivate(database)
    await makePrivate(sockets)
  } catch (error) {
    throw noFolder(dataDir, error)
  }
  return {
    database,
    sockets,
    own: join(sockets, 'site.sock'), // for the site alone: a link to the engine's socket, which has another name in each run
    gate: join(sockets, 'mongodb.sock'), // for everybody else, through gate.ts
  }
}

/** Make a folder for this user alone, or make it so. Throws where it belongs to somebody else. */
export async function makePrivate(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if (await isForeign(folder)) throw new Error(`${folder} belongs to somebody else`)
  await chmod(folder, 0o700)
}

/** A new folder for one run of the engine to put its socket in. */
export async function makeRunFolder({ sockets }: Folders): Promise<string> {
  await makePrivate(sockets) // again: a system's temporary folder is swept from time to time
  return mkdtemp(join(sockets, 'run-'))
}

/** Point the fixed link at this run's socket in one step, so that a driver that reconnects meets the old one or the new one. */
export async function pointLinkAt({ own }: Folders, socket: string): Promise<void> {
  const next = `${own}.next`
  await rm(next, { force: true })
  await symlink(socket, next)
  await rename(next, own)
}

/** Remove what runs that were killed left behind. Only the process that holds the database may do this: any other would cut it off. */
export async function removeOtherRuns({ sockets }: Folders, run: string): Promise<void> {
  for (const name of await readdir(sockets)) {
    const folder = join(sockets, name)
    const isOther = name.startsWith('run-') && folder !== run
    if (isOther) await rm(folder, { recursive: true, force: true })
  }
}

// In the system's temporary folder anybody may have put a folder or a link of this name beforehand,
// and whoever owns it could lead the site to a database of their own.
async function isForeign(folder: string): Promise<boolean> {
  const { mode } = await lstat(dirname(folder))
  const { uid } = await lstat(folder)
  return (mode & STICKY) !== 0 && uid !== process.getuid?.()
}

function socketsFolder(dataDir: string): string {
  const mark = createHash('sha256').update(dataDir).digest('hex').slice(0, 12)
  const near = join(dataDir, 'sockets')
  const candidates = [near, join(tmpdir(), `sesame-${mark}`), `/tmp/sesame-${mark}`]
  return candidates.find(isShortEnough) ?? near
}

function isShortEnough(folder: string): boolean {
  return Buffer.byteLength(folder) + ADDED_BY_RUN <= MAX_SOCKET_PATH_LENGTH
}
