// What an email address may be, and how one is read wherever it is typed.
import { domainToASCII, domainToUnicode } from 'node:url'
import { limits } from '../../config/limits.ts'
import { tidyText } from '../../lib/code-points.ts'
import { text } from '../../lib/form.ts'

// Before the @ a dot-atom of RFC 5322, which is ASCII: few mail servers take other letters there (RFC 6531).
const LOCAL = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/
const MAX_LOCAL_LENGTH = 64 // RFC 5321
const DOMAIN = /^(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)+(?:[a-z]{2,63}|xn--[a-z\d-]{0,58}[a-z\d])$/
// Anything else, such as "/" or "%", means something in a URL, and domainToASCII reads it so.
const DOMAIN_CHARACTERS = /^[\p{L}\p{M}\p{N}.。-]+$/u

/** An address: as people read it, and the key it is unique by, which is also how mail servers read it but for the case. */
export type Email = { address: string; key: string }

/** The form field of an email address. Browsers tidy it in this way, or not; so the site does. */
export const email = text().transform((typed, context) => {
  const read = readEmail(typed)
  if (read) return read.address
  context.addIssue(tidyText(typed) === '' ? 'errors.email.missing' : 'errors.email.form')
  return ''
})

/**
 * Read an address in any spelling: undefined unless it is one that a mail can go to, and nothing around it. The part before
 * the @ keeps its case for the eye alone, although RFC 5321 lets it differ by case; no mail system in use does.
 */
export function readEmail(typed: string): Email | undefined {
  const tidy = tidyText(typed)
  const at = tidy.lastIndexOf('@')
  const [local, typedDomain] = [tidy.slice(0, Math.max(at, 0)), tidy.slice(at + 1)]
  if (tidy.length > limits.emailMax || !DOMAIN_CHARACTERS.test(typedDomain)) return undefined
  const domain = domainToASCII(typedDomain)
  const key = `${local.toLowerCase()}@${domain}`
  const isEmail =
    LOCAL.test(local) &&
    local.length <= MAX_LOCAL_LENGTH &&
    DOMAIN.test(domain) &&
    key.length <= limits.emailMax
  return isEmail ? { address: `${local}@${readable(domain)}`, key } : undefined
}

// A label that only pretends to be encoded would be shown as the name of another host.
function readable(domain: string): string {
  const unicode = domainToUnicode(domain)
  return domainToASCII(unicode) === domain ? unicode : domain
}
