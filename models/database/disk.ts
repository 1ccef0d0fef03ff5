// How much room the disk of the database has, asked for before much is written: an engine whose disk is full ends in the middle.
import mongoose from 'mongoose'
import { OPERATION_TIMEOUT } from '../../config/database.ts'
import { StartProblem } from '../../lib/start-problem.ts'

// In bytes. With less MongoDB builds no index (its indexBuildMinAvailableDiskSpaceMB).
export const MIN_FREE = 500 * 1024 * 1024

const OUT_OF_DISK_SPACE = 14031 // as MongoDB numbers its errors

/** The free bytes where the database lies, undefined if it does not tell. Throws if it does not answer in time. */
export async function findFreeBytes(): Promise<number | undefined> {
  const answer = await mongoose.connection.db?.command({ dbStats: 1, maxTimeMS: OPERATION_TIMEOUT })
  const { fsTotalSize, fsUsedSize } = (answer ?? {}) as Record<string, number | undefined>
  if (!fsTotalSize || fsUsedSize === undefined) return undefined // 0 for a database that is not there yet
  return fsTotalSize - fsUsedSize
}

/** Throws a StartProblem unless the disk of the database has room for so many bytes beside what MongoDB itself wants to be free. */
export async function requireFreeBytes(bytes = 0): Promise<void> {
  const free = await findFreeBytes()
  if (free === undefined || free >= MIN_FREE + bytes) return
  throw tooFull(`${inBytes(free)} are free, and ${inBytes(MIN_FREE + bytes)} are needed`)
}

/** Throws the error again: as a StartProblem where the database itself says that its disk has too little room. */
export function rethrowTooFull(error: unknown): never {
  const { code, message } = error as { code?: unknown; message: string }
  throw code === OUT_OF_DISK_SPACE ? tooFull(message) : error
}

function tooFull(how: string): StartProblem {
  return new StartProblem(
    `The disk of the database is too full: ${how}.`,
    'Make room there, or name a database on a larger disk.',
  )
}

function inBytes(count: number): string {
  return `${count.toLocaleString('en')} bytes`
}
