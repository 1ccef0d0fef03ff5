// The places on disk that the embedded database uses, and what an earlier run that was killed left in them.
import { createHash } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readdir, rename, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// A Unix socket's path holds at most 107 bytes; the engine adds "/embedded-mongodb-XXXXXX/mongodb.sock" to the run's folder.
const LONGEST_SOCKET_PATH = 107
const ADDED_BY_RUN = '/run-XXXXXX/embedded-mongodb-XXXXXX/mongodb.sock'.length

export type Folders = Awaited<ReturnType<typeof makeFolders>>

/** Make the folders below the data folder, readable by this user alone: they hold everybody's accounts. */
export async function makeFolders(dataDir: string) {
  const database = join(dataDir, 'mongodb')
  const sockets = socketsFolder(dataDir)
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  for (const folder of [database, sockets]) {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await chmod(folder, 0o700)
  }
  return { database, sockets, link: join(sockets, 'mongodb.sock') }
}

/** A new folder for one run of the engine to put its socket in. */
export async function makeRunFolder({ sockets }: Folders): Promise<string> {
  return mkdtemp(join(sockets, 'run-'))
}

/** Point the fixed link at this run's socket in one step, so that a driver that reconnects meets the old one or the new one. */
export async function pointLinkAt({ link }: Folders, socket: string): Promise<void> {
  const next = `${link}.next`
  await rm(next, { force: true })
  await symlink(socket, next)
  await rename(next, link)
}

/** Remove what runs that were killed left behind. Only for the one who holds the database: anybody else would cut off the owner. */
export async function removeOtherRuns({ sockets }: Folders, run: string): Promise<void> {
  for (const name of await readdir(sockets)) {
    const folder = join(sockets, name)
    if (name.startsWith('run-') && folder !== run) {
      await rm(folder, { recursive: true, force: true })
    }
  }
}

function socketsFolder(dataDir: string): string {
  const near = join(dataDir, 'sockets')
  if (Buffer.byteLength(near) + ADDED_BY_RUN <= LONGEST_SOCKET_PATH) {
    return near
  } else {
    const mark = createHash('sha256').update(dataDir).digest('hex').slice(0, 12)
    return join(tmpdir(), `sesame-${mark}`)
  }
}
