// Whether this process may be sent visitors: its database answers, and the indexes that its promises rest on are there.
import mongoose from 'mongoose'
import { findMissingIndexes } from './indexes.ts'

export type Unready = 'database' | 'indexes'

let looking: Promise<Unready | undefined> | undefined // shared by all requests meanwhile: many cost one look

/** What is missing, undefined if nothing is. Takes as long as the database's timeout at most (config/database.ts). */
export async function findUnready(): Promise<Unready | undefined> {
  looking ??= look().finally(() => (looking = undefined))
  return looking
}

async function look(): Promise<Unready | undefined> {
  // Of a connection that is lost the driver would wait a second in vain.
  const isConnected = mongoose.connection.readyState === mongoose.ConnectionStates.connected
  const missing = isConnected ? await findMissingIndexes().catch(() => undefined) : undefined
  if (missing === undefined) return 'database'
  return missing.length > 0 ? 'indexes' : undefined
}
