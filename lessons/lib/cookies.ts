// The cookies of a lesson as they travel, taken apart: the id, the signature, the flags, and when the browser drops it.
import type { Request } from 'express'
import { parseSetCookie as readSetCookie } from 'set-cookie-parser'

export type Cookie = { name: string; value: string; id?: string; signature?: string }
export type ReceivedCookie = Cookie & Omit<ReturnType<typeof parseSetCookie>, 'name' | 'value'>

/** Those cookies of a request that have one of these names, in this order and as they came: cookie-parser keeps to itself what begins with "s:". */
export function cookiesOf(req: Request, names: string[]): Record<string, string> {
  const sent = sentCookies(req.get('Cookie') ?? '', names)
  const found = names.flatMap((one) => sent.find(({ name }) => name === one) ?? [])
  return Object.fromEntries(found.map(({ name, value }) => [name, value]))
}

/** The cookies of a Cookie header that have one of these names. */
export function sentCookies(header: string, names: string[]): Cookie[] {
  return header
    .split(/; */)
    .map((pair) => pair.split(/=(.*)/s))
    .filter(([name = '']) => names.includes(name))
    .map(([name = '', value = '']) => takeApart(name, value))
}

/** The cookies of Set-Cookie headers that have one of these names. */
export function receivedCookies(headers: string[], names: string[]): ReceivedCookie[] {
  return headers
    .map((line) => parseSetCookie(line))
    .filter(({ name }) => names.includes(name))
    .map(({ name, value, ...rest }) => ({ ...takeApart(name, value), ...rest }))
}

/** The session id that a cookie's value carries, whether its signature is right or not; undefined for other values. */
export function idOf(value: string): string | undefined {
  return takeApart('', value).id
}

/** Read one Set-Cookie header as a browser reads it (RFC 6265bis, 5.6); one that lasts as long as the browser runs has no `expires`. */
export function parseSetCookie(line: string, now = new Date()) {
  const [, ...flags] = line.split(/; */) // every attribute as it was sent: "HttpOnly", "Path=/lessons/visits", …
  const [read] = readSetCookie([line], { decodeValues: false })
  const { name = '', value = '' } = read ?? {}
  // Max-Age wins where both are there.
  const expires =
    read?.maxAge === undefined ? read?.expires : new Date(now.getTime() + read.maxAge * 1000)
  const isGone = expires !== undefined && expires <= now // it takes a cookie away
  return { name, value, flags, isGone, ...(expires ? { expires } : {}) }
}

/** How long a Set-Cookie header's name and value are together, in bytes: what browsers count for their limit of 4,096. */
export function sizeOf(line: string): number {
  const { name, value } = parseSetCookie(line)
  return Buffer.byteLength(name + value)
}

// express-session writes "s:", the id, a dot and the signature, percent-encoded.
function takeApart(name: string, value: string): Cookie {
  const [, id, signature] = /^s:([^.]*)\.(.*)$/s.exec(decode(value)) ?? []
  return { name, value, ...(id !== undefined && signature !== undefined ? { id, signature } : {}) }
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
