// A copy of a value as MongoDB keeps it, so that nobody changes what somebody else holds.
import { BSON } from 'mongodb'

/** Copy plain objects, lists and dates with all that is in them; what else BSON knows is copied by writing and reading it. */
export function copyOf<T>(value: T): T {
  return copy(value) as T
}

function copy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) {
    return value
  } else if (value instanceof Date) {
    return new Date(value)
  } else if (Array.isArray(value)) {
    return value.map(copy)
  } else if (Object.getPrototypeOf(value) === Object.prototype) {
    const copied: Record<string, unknown> = {}
    for (const [key, inner] of Object.entries(value)) copied[key] = copy(inner)
    return copied
  } else {
    return BSON.deserialize(BSON.serialize({ value })).value
  }
}
