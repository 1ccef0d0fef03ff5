// A cookie taken apart: what is the id, what the signature, which flags it has and when it goes.
import { parseSetCookie, type SetCookie } from './set-cookie.ts'

export type Cookie = { name: string; value: string; id?: string; signature?: string }
export type ReceivedCookie = Cookie & Pick<SetCookie, 'flags' | 'expires' | 'isGone'>

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
    .map(({ name, value, flags, expires, isGone }) => ({
      ...takeApart(name, value),
      flags,
      isGone,
      ...(expires ? { expires } : {}),
    }))
}

/** The session id that a cookie's value carries, whether its signature is right or not; undefined for other values. */
export function idOf(value: string): string | undefined {
  return takeApart('', value).id
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
