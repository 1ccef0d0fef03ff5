// Where to go after signing in: a path of this site, whatever the address says.
import { limits } from '../../config/limits.ts'

const HERE = 'http://here.invalid'
const DECODINGS = 3

/**
 * The path if it leads to a page of this site, else the fallback (ASVS 3.7.2).
 * Refused are other hosts ("//evil", "/\evil"), schemes, control characters, and all of these behind percent signs,
 * because a proxy in between may decode once more.
 */
export function safeNext(next: string | undefined, fallback = '/account'): string {
  return next !== undefined && isPathOfThisSite(next) ? next : fallback
}

function isPathOfThisSite(next: string): boolean {
  if (next.length > limits.nextMax) return false
  const readings = [next]
  for (let turn = 0; turn < DECODINGS; turn++) {
    const decoded = decode(readings.at(-1) ?? '')
    if (decoded === undefined) return false
    readings.push(decoded)
  }
  return readings.every(isPath)
}

function isPath(text: string): boolean {
  const [path = ''] = text.split(/[?#]/)
  // oxlint-disable-next-line no-control-regex -- browsers drop tabs and line breaks from addresses: "/\t/evil" is "//evil"
  const plain = !/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(text) && !path.includes('\\')
  if (!plain || !/^\/(?!\/)/.test(text) || !URL.canParse(text, HERE)) return false
  const { origin, pathname } = new URL(text, HERE)
  return origin === HERE && !pathname.startsWith('//')
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
