// Whether this process may be sent visitors: its database answers, and the indexes that its promises rest on are there.
import mongoose from 'mongoose'
import { findFreeBytes } from './disk.ts'
import { findMissingIndexes } from './indexes.ts'

export type Unready = 'database' | 'indexes'

export type Readiness = { unready?: Unready | undefined; diskFree?: number | undefined }

let looking: Promise<Readiness> | undefined // shared by all requests meanwhile: many cost one look

/** What is missing, if anything is, and the free bytes on the disk of the database. Takes as long as the database's timeout at most (config/database.ts). */
export async function findReadiness(): Promise<Readiness> {
  looking ??= look().finally(() => (looking = undefined))
  return looking
}

async function look(): Promise<Readiness> {
  // Of a connection that is lost the driver would wait a second in vain.
  const isConnected = mongoose.connection.readyState === mongoose.ConnectionStates.connected
  const missing = isConnected ? await findMissingIndexes().catch(() => undefined) : undefined
  if (missing === undefined) return { unready: 'database' }
  const diskFree = await findFreeBytes().catch(() => undefined)
  return { unready: missing.length > 0 ? 'indexes' : undefined, diskFree }
}
