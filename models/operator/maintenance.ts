// Maintenance: whether an operator has closed the site for a while, what visitors are told, and who may look at it meanwhile.
import { createHash, randomBytes } from 'node:crypto'
import mongoose from 'mongoose'

/** What visitors are told: in how many seconds to come back, and a sentence of the operator's own. */
export type Maintenance = { retry: number; message?: string }

type Kept = Maintenance & { _id: 'site'; bypass: string }

/** Close the site. Returns the token of the link that lets its holder in; the database has only its hash. */
export async function beginMaintenance(maintenance: Maintenance): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  await kept().replaceOne(
    { _id: 'site' },
    { ...maintenance, bypass: hashOf(token) },
    { upsert: true },
  )
  return token
}

/** Open the site; false if it was open. */
export async function endMaintenance(): Promise<boolean> {
  return (await kept().deleteOne({ _id: 'site' })).deletedCount > 0
}

/** What is told while the site is closed, and whether a token is that of the link; undefined while it is open. */
export async function findMaintenance() {
  const found = await kept().findOne({ _id: 'site' })
  if (!found) return undefined
  const { retry, message, bypass } = found
  return { retry, message, letsIn: (token: string) => hashOf(token) === bypass }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

function kept() {
  return mongoose.connection.collection<Kept>('maintenance')
}
