// The keys under which attempts are counted: hashes of what was typed, of ids, and of mailboxes.
import { createHash } from 'node:crypto'
import { nameKey } from '../user/name-key.ts'

/** The key of a name that was typed. All spellings of a name are one name, and so are those of an address. */
export function keyOfName(typed: string): string {
  return hashOf(nameKey(typed))
}

/** The key of a user, or of nobody, together with a device or a session. */
export function keyOfPair(userId: string | undefined, other: string): string {
  return `${hashOf(userId ?? '')} ${hashOf(other)}`
}

/** The key of a mailbox: mail to "name+anything@example.com" arrives where mail to "name@example.com" does. */
export function mailboxKey(address: string): string {
  return hashOf(nameKey(address).replace(/\+.*(?=@)/, ''))
}

/** The SHA-256 of a text, because some people type their password into the field of the name: it must not lie in the database. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
