// Sessions kept in the memory of a process that is the only one to change them; where it is not, nothing is kept (docs/decisions/010).
import { BSON } from 'mongodb'
import type { Documents, SessionDocument } from './documents.ts'

const MAX_ENTRIES = 5000 // the least recently used goes first
const AFTER_DOUBT = 5000 // milliseconds without it after something happened whose end is not known

type Reading = { isStale: boolean }

/**
 * What was read stays until this process writes it. It is off until it is turned on by whoever knows that no other process
 * writes, and off again for a while after a write that failed: the database may still carry it out.
 */
export class SessionCache {
  private readonly entries = new Map<string, SessionDocument>()
  private readonly reading = new Map<string, Set<Reading>>()
  private isOnlyWriter = false
  private doubtUntil = 0

  /** This process is the only one that writes sessions from now on, once what others began has had time to end. */
  turnOn(): void {
    this.doubtUntil = Date.now() + AFTER_DOUBT
    this.isOnlyWriter = true
  }

  /** Others may write from now on. */
  turnOff(): void {
    this.isOnlyWriter = false
    this.forget()
  }

  /** A session as it is now: whoever asks gets a copy. `load` reads it from the database if it is not here. */
  async read(
    id: string,
    load: () => Promise<SessionDocument | undefined>,
  ): Promise<SessionDocument | undefined> {
    if (!this.isOn()) return load()
    const reading = this.begin(id)
    try {
      const found = await load()
      // A write that ended meanwhile may have come after what was read.
      if (found && !reading.isStale && this.isOn()) this.keep(id, copyOf(found))
      return found
    } finally {
      this.end(id, reading)
    }
  }

  /** The session if it is here and has not ended. */
  find(id: string): SessionDocument | undefined {
    const kept = this.entries.get(id)
    if (!kept || !this.isOn() || kept.expires <= new Date()) return undefined
    this.keep(id, kept) // as the last one used
    return copyOf(kept)
  }

  /** Write one session, or, without an id, any of them. */
  async write<T>(id: string | undefined, work: () => Promise<T>): Promise<T> {
    try {
      const done = await work()
      this.forget(id)
      return done
    } catch (error) {
      this.doubtUntil = Date.now() + AFTER_DOUBT
      this.forget()
      throw error
    }
  }

  private isOn(): boolean {
    return this.isOnlyWriter && Date.now() >= this.doubtUntil
  }

  private keep(id: string, document: SessionDocument): void {
    this.entries.delete(id)
    this.entries.set(id, document)
    const [oldest] = this.entries.keys()
    if (oldest !== undefined && this.entries.size > MAX_ENTRIES) this.entries.delete(oldest)
  }

  private forget(id?: string): void {
    if (id === undefined) {
      this.entries.clear()
      for (const all of this.reading.values()) for (const one of all) one.isStale = true
    } else {
      this.entries.delete(id)
      for (const one of this.reading.get(id) ?? []) one.isStale = true
    }
  }

  private begin(id: string): Reading {
    const reading = { isStale: false }
    const all = this.reading.get(id) ?? new Set()
    this.reading.set(id, all.add(reading))
    return reading
  }

  private end(id: string, reading: Reading): void {
    const all = this.reading.get(id)
    all?.delete(reading)
    if (all?.size === 0) this.reading.delete(id)
  }
}

/** The same documents, with what is read kept in the cache, and forgotten at every write. */
export function throughCache(documents: Documents, cache: SessionCache): Documents {
  return {
    find: (id) => cache.read(id, () => documents.find(id)),
    insert: (id, session, metadata) =>
      cache.write(id, () => documents.insert(id, session, metadata)),
    change: (id, changes, clock) => cache.write(id, () => documents.change(id, changes, clock)),
    move: (id, clock) => cache.write(id, () => documents.move(id, clock)),
    take: (id, key) => cache.write(id, () => documents.take(id, key)),
    remove: (id) => cache.write(id, () => documents.remove(id)),
    // Which sessions these concern is known to the database alone.
    removeAll: (filter) => cache.write(undefined, () => documents.removeAll(filter)),
    end: (filter, reason) => cache.write(undefined, () => documents.end(filter, reason)),
    // What is purged has ended before, so nothing that is kept is concerned.
    purge: () => documents.purge(),
    ofOwner: (owner) => documents.ofOwner(owner),
  }
}

// A copy as MongoDB would give it: plain objects, lists and dates with all that is in them; what else BSON knows is copied by
// writing and reading it.
function copyOf(document: SessionDocument): SessionDocument {
  return copy(document) as SessionDocument
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
