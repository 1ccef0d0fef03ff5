// The name under which a session lies in the database.
import { createHash } from 'node:crypto'

/** The key of a session's document: a database that is stolen holds no id that a cookie could carry (SHA-256 of the id). */
export function storageId(sessionId: string): string {
  return createHash('sha256').update(sessionId).digest('hex')
}
