// What the x-ray of the site's own session must not show: everything by which somebody could act in the visitor's place.
import type { Cookie } from './anatomy.ts'

const SHOWN = 6 // characters of an id: enough to see that it is another one
const MASK = '•••'
const SECRET_KEYS = ['answers']

/** A cookie whose value tells that it is there and whether it is the same, and no more. */
export function maskCookie<C extends Cookie>(cookie: C): C {
  const { value, id } = cookie
  return {
    ...cookie,
    value: shorten(value),
    ...(id === undefined ? {} : { id: shorten(id), signature: MASK }),
  }
}

/** A stored document without the captcha's answers and with its key shortened; one that is encrypted is shortened too. */
export function maskDocument(value: unknown, key = ''): unknown {
  if (SECRET_KEYS.includes(key)) {
    return MASK
  } else if (key === '_id' || (key === 'session' && typeof value === 'string')) {
    return shorten(String(value))
  } else if (Array.isArray(value)) {
    return value.map((one) => maskDocument(one))
  } else if (typeof value === 'object' && value !== null && !(value instanceof Date)) {
    const entries = Object.entries(value).map(([name, one]) => [name, maskDocument(one, name)])
    return Object.fromEntries(entries) as unknown
  } else {
    return value
  }
}

function shorten(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text
}
