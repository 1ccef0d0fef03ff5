// What a request changed in its session, key by key, so that requests that overlap do not overwrite each other.
import { BSON } from 'mongodb'

export type Data = Record<string, unknown>
export type Snapshot = ReadonlyMap<string, string>
export type Changes = { set: Data; unset: string[] }

/** The fingerprints of a session's keys as they are now. The cookie is left out: it has a clock of its own. */
export function snapshot(session: object): Snapshot {
  return new Map(entriesOf(session).map(([key, value]) => [key, fingerprint(value)]))
}

/** The keys that differ from a snapshot, also inside lists and objects, and those that are gone. */
export function changesSince(before: Snapshot, session: object): Changes {
  const now = new Map(entriesOf(session))
  const changed = [...now].filter(([key, value]) => before.get(key) !== fingerprint(value))
  return {
    set: Object.fromEntries(changed),
    unset: [...before.keys()].filter((key) => !now.has(key)),
  }
}

/** True if there is something to write. Asked several times in each request, so it makes nothing that is thrown away. */
export function hasChanged(before: Snapshot, session: object): boolean {
  let kept = 0
  for (const [key, value] of Object.entries(session)) {
    if (isKept(key, value)) {
      if (before.get(key) !== fingerprint(value)) return true
      kept++
    }
  }
  return kept !== before.size
}

/** All of a session that a new document holds. */
export function wholeOf(session: { cookie: unknown }): Data {
  return { ...dataOf(session), cookie: cookieOf(session) }
}

/** The data of a session that is kept: neither its cookie nor its methods, nor keys that hold nothing. */
export function dataOf(session: object): Data {
  return Object.fromEntries(entriesOf(session))
}

/** Throws where a key can't be kept. In an update's path a dot leads deeper and a dollar sign means an operator: it would land somewhere else than it says. */
export function checkKeys(data: Data): void {
  for (const key of Object.keys(data)) {
    if (key.includes('.') || key.startsWith('$')) {
      throw new TypeError(`A session can't keep the key "${key}": it has a dot or begins with $`)
    }
  }
}

function entriesOf(session: object): [string, unknown][] {
  return Object.entries(session).filter(([key, value]) => isKept(key, value))
}

function isKept(key: string, value: unknown): boolean {
  return key !== 'cookie' && value !== undefined && typeof value !== 'function'
}

// Two values that are stored alike are alike: texts and dates as such, anything else as BSON, because that is how it is stored.
function fingerprint(value: unknown): string {
  if (typeof value === 'string') return `text ${value}`
  if (value instanceof Date) return `date ${value.getTime()}`
  return `bson ${Buffer.from(BSON.serialize({ value })).toString('latin1')}`
}

/** The cookie as it is kept with its session. */
export function cookieOf({ cookie }: { cookie: unknown }): unknown {
  const { toJSON } = cookie as { toJSON?: () => unknown }
  return toJSON ? toJSON.call(cookie) : cookie
}
