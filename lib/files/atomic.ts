// A compressed file that is there as a whole or not at all, readable by its owner alone, and never in the place of another.
import { createReadStream, createWriteStream } from 'node:fs'
import { link, lstat, rename, rm, stat } from 'node:fs/promises'
import { pipeline as pipe } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'

const CHUNK = 64 * 1024 // bytes that are read at once

/** Thrown where there is a file of this name already, or one that is just being written. */
export class NameTaken extends Error {}

/** Throw NameTaken if there is anything of this name. */
export async function requireFree(file: string): Promise<void> {
  for (const name of [file, partialOf(file)]) {
    if (await lstat(name).catch(() => undefined)) throw new NameTaken(name)
  }
}

/** Compress the bytes into a new file. Under another name until it is complete and on the disk; returns its size in bytes. */
export async function writeAtomically(
  file: string,
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<number> {
  const partial = partialOf(file)
  await requireFree(file)
  // It holds everybody's password hash. "wx": what somebody put there beforehand, or a link, is not written into.
  const target = createWriteStream(partial, { flags: 'wx', mode: 0o600, flush: true })
  try {
    await pipeline(bytes, createGzip(), target, { signal })
    await giveName(partial, file)
    return (await stat(file)).size
  } catch (error) {
    if (isTaken(error)) throw new NameTaken(partial) // by another process that is writing it
    await rm(partial, { force: true })
    throw error
  }
}

/** The bytes that a compressed file holds. What is wrong with the file is thrown as it is read. */
export function readCompressed(file: string): AsyncIterable<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: CHUNK })
  pipe(createReadStream(file), gunzip, () => undefined) // an error of either comes out of the second
  return gunzip
}

function partialOf(file: string): string {
  return `${file}.partial`
}

// A link is made only where nothing has the name, however late it came; a rename would replace it.
async function giveName(partial: string, file: string): Promise<void> {
  try {
    await link(partial, file)
  } catch (error) {
    if (isTaken(error)) throw new NameTaken(file)
    await rename(partial, file) // a file system without links, such as that of a memory stick
    return
  }
  await rm(partial)
}

function isTaken(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EEXIST'
}
