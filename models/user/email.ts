// What an email address may be, and the key that makes two spellings of one address the same address.
import { z } from 'zod'
import { limits } from '../../config/limits.ts'
import { text } from '../../lib/form.ts'

/** The form field of an email address. */
export const email = text()
  .transform((address) => address.trim())
  .superRefine((address, context) => {
    if (address === '') context.addIssue('errors.email.missing')
    else if (!isEmail(address)) context.addIssue('errors.email.form')
  })

/** The key an address is unique by: lower case, although RFC 5321 lets the part before the @ differ by case; no mail system in use does. */
export function emailKey(address: string): string {
  return address.normalize('NFC').toLowerCase()
}

/** True if a mail can go to this address: one address, and nothing around it. */
export function isEmail(address: string): boolean {
  return address.length <= limits.emailMax && isRegular(address)
}

// Both patterns of zod together: the first wants a domain with a dot, the second rightly made labels (RFC 1123).
function isRegular(address: string): boolean {
  return z.email().safeParse(address).success && z.regexes.html5Email.test(address)
}
