// What a setting may look like: one schema for each kind of value, with the sentence for a value that does not fit.
import { isIP } from 'node:net'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { z } from 'zod'
import { brand } from './site.ts'

const MIN_VARIETY = 8 // different characters in a secret, and different steps from one to the next

/** A whole number between two others, both included. */
export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .pipe(z.number().min(min, `must be at least ${min}`).max(max, `must be at most ${max}`))

export const folder = z.string().transform((path) => resolve(path))

export const origin = z.string().transform((text, context) => {
  const { protocol = '', href, origin } = URL.canParse(text) ? new URL(text) : {}
  // A star would be taken for a host of that name, and mean nobody.
  const isOrigin = /^https?:$/.test(protocol) && `${origin}/` === href && !text.includes('*')
  if (isOrigin && origin) return origin
  context.addIssue('must be an address such as https://sign-in.example, without a path')
  return z.NEVER
})

const list = z.string().transform((text) => text.split(',').map((one) => one.trim()))

export const origins = list.pipe(z.array(origin))

// An address with several hosts is no WHATWG URL, so only its beginning is checked here; the driver checks the rest.
export const mongoUrl = z
  .string()
  .regex(/^mongodb(\+srv)?:\/\/./, 'must begin with mongodb:// or mongodb+srv://')

export const smtpUrl = z
  .string()
  .refine(
    (text) => /^smtps?:\/\/./.test(text) && URL.canParse(text) && new URL(text).hostname !== '',
    { message: 'must be an address such as smtps://user:password@mail.example', abort: true },
  )

/** Who mails come from: an address, or a name and the address behind it. A line break in it would begin another header. */
export const mailFrom = z.string().transform((text, context) => {
  const [, name = '', inBrackets] = /^\s*"?([^"<>\p{Cc}]*?)"?\s*<([^<>]*)>\s*$/u.exec(text) ?? []
  const { success, data: address } = z.email().safeParse(inBrackets ?? text.trim())
  if (success) return { name, address }
  context.addIssue(
    `must be an address, or a name and an address: ${brand.shortName} <sign-in@example.com>`,
  )
  return z.NEVER
})

/** Whom to write to: an address with mailto: or https:, as RFC 9116 wants it. */
export const contact = z
  .string()
  .regex(/^(mailto:[^\s@]+@[^\s@]+|https:\/\/\S+)$/, 'must begin with mailto: or https://')

export const secrets = list.pipe(
  z.array(z.string().min(32, 'needs at least 32 characters for each secret, separated by commas')),
)

/**
 * True for a secret that is long but no secret: a few characters, a series such as abcdef…, or one pattern again and again.
 * Whoever guesses it signs cookies of any session. No random secret of 32 characters is taken for one.
 */
export function isGuessable(secret: string): boolean {
  const codes = Array.from(secret, (character) => character.codePointAt(0) ?? 0)
  const steps = codes.slice(1).map((code, index) => code - (codes[index] ?? 0))
  return new Set(codes).size < MIN_VARIETY || new Set(steps).size < MIN_VARIETY || isRepeated(codes)
}

function isRepeated(codes: number[]): boolean {
  const periods = Array.from({ length: Math.floor(codes.length / 2) }, (_, index) => index + 1)
  return periods.some((period) =>
    codes.every((code, index) => index < period || code === codes[index - period]),
  )
}

export const captcha = z
  .string()
  .regex(/^(on|failures|off|fixed:\S+)$/, 'must be on, failures, off or fixed:TEXT')
  .transform((text) =>
    text.startsWith('fixed:')
      ? { mode: 'fixed' as const, text: text.slice('fixed:'.length) }
      : { mode: text as 'on' | 'failures' | 'off' },
  )

// Trusting everybody ("true") would let any visitor choose an address with X-Forwarded-For, so it is not offered.
export const trustProxy = z
  .string()
  .refine(
    (text) => /^[1-9]$/.test(text) || text.split(',').every((part) => isProxyAddress(part.trim())),
    'must be a number of proxies (1 to 9), or their addresses separated by commas',
  )
  .transform((text) => (/^\d$/.test(text) ? Number(text) : text))

/** How many processes answer visitors: a number, or one for each core. */
export const workers = z
  .string()
  .regex(/^(auto|[1-9]\d?)$/, 'must be auto or a whole number from 1 to 99')
  .transform((text) => (text === 'auto' ? availableParallelism() : Number(text)))

/** One of a few words. */
export const oneOf = <const T extends [string, ...string[]]>(words: T) =>
  z.enum(words, `must be ${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`)

function isProxyAddress(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true
  const [address = '', bits = '0', ...rest] = text.split('/')
  const longest = isIP(address) === 6 ? 128 : 32
  if (isIP(address) === 0 || rest.length > 0) return false
  return /^\d{1,3}$/.test(bits) && Number(bits) <= longest
}
