// Keys by which the processes of one site know each other, made from a secret that they share and that no key betrays.
import { createHmac, timingSafeEqual } from 'node:crypto'

/** The key for one purpose: the same in every process that has this secret, and of no use for another purpose. */
export function siteKey(secret: string, purpose: string): string {
  return createHmac('sha256', secret).update(purpose).digest('base64url')
}

/** True if what was sent is this key. It takes the same time whatever was sent, so that nobody finds the key letter by letter. */
export function isKey(sent: string | undefined, key: string): boolean {
  const [theirs, ours] = [Buffer.from(sent ?? ''), Buffer.from(key)]
  return theirs.length === ours.length && timingSafeEqual(theirs, ours)
}
