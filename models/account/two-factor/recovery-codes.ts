// Recovery codes: each lets its owner in once who has lost the app.
import { createHash, randomInt } from 'node:crypto'
import { tidyText } from '../../../lib/code-points.ts'

const COUNT = 10
// Without letters that are taken for digits, or for each other (Crockford's base32).
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const GROUPS = 6
const GROUP_LENGTH = 4

/** What a code looks like as it is shown. */
export const RECOVERY_CODE = /^[0-9a-z]{4}(-[0-9a-z]{4}){5}$/

/** Ten new codes of 120 random bits, each in six groups of four. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: COUNT }, newCode)
}

/**
 * What is stored of a code. A plain hash is enough for 112 random bits and more (ASVS 6.5.2). Capitals, spaces and dashes make
 * no difference, and a letter that looks like a digit counts as that.
 */
export function hashOfRecoveryCode(typed: string): string {
  const code = tidyText(typed)
    .toLowerCase()
    .replace(/[^0-9a-z]/g, '')
    .replace(/[il]/g, '1')
    .replaceAll('o', '0')
  return createHash('sha256').update(code).digest('hex')
}

function newCode(): string {
  const group = () =>
    Array.from({ length: GROUP_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
  return Array.from({ length: GROUPS }, group).join('-')
}
