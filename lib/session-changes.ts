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

/** True if there is nothing to write. */
export function isEmpty({ set, unset }: Changes): boolean {
  return Object.keys(set).length === 0 && unset.length === 0
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
  return Object.entries(session).filter(
    ([key, value]) => key !== 'cookie' && value !== undefined && typeof value !== 'function',
  )
}

// As BSON, because that is how it is stored: two values that are stored alike are alike.
function fingerprint(value: unknown): string {
  return Buffer.from(BSON.serialize({ value })).toString('latin1')
}

/** The cookie as it is kept with its session. */
export function cookieOf({ cookie }: { cookie: unknown }): unknown {
  const { toJSON } = cookie as { toJSON?: () => unknown }
  return toJSON ? toJSON.call(cookie) : cookie
}
