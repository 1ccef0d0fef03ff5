// Sessions kept in the memory of a process that is the only one to change them; where it is not, nothing is kept (docs/decisions/010).
import { copyOf } from './copy.ts'
import type { Documents, SessionDocument } from './documents.ts'

const MAX_ENTRIES = 5000 // the least recently used goes first
const AFTER_DOUBT = 5000 // milliseconds without it after something happened whose end is not known

type Reading = { isStale: boolean }

/**
 * What was read stays until this process writes it. It is off until somebody turns it on who knows that no other process
 * writes, and off again for a while after a write that failed: the database may still carry it out.
 */
export class SessionCache {
  private readonly entries = new Map<string, SessionDocument>()
  private readonly reading = new Map<string, Set<Reading>>()
  private isAlone = false
  private doubtUntil = 0

  /** This process is the only one that writes sessions from now on, once what others began has had time to end. */
  turnOn(): void {
    this.doubtUntil = Date.now() + AFTER_DOUBT
    this.isAlone = true
  }

  /** Others may write from now on. */
  turnOff(): void {
    this.isAlone = false
    this.forget()
  }

  /** A session as it is now: its own copy for each who asks. `load` reads it from the database if it is not here. */
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
    if (!kept || !this.isOn() || kept.expires <= new Date()) {
      return undefined
    } else {
      this.keep(id, kept) // as the last one used
      return copyOf(kept)
    }
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
    return this.isAlone && Date.now() >= this.doubtUntil
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

/** The verbs on documents, answered from the cache where it may, and telling it of every write. */
export function throughCache(documents: Documents, cache: SessionCache): Documents {
  return {
    find: (id) => cache.read(id, () => documents.find(id)),
    insert: (id, session, more) => cache.write(id, () => documents.insert(id, session, more)),
    change: (id, changes, clock) => cache.write(id, () => documents.change(id, changes, clock)),
    move: (id, clock) => cache.write(id, () => documents.move(id, clock)),
    take: (id, key) => cache.write(id, () => documents.take(id, key)),
    ofOwner: (owner) => documents.ofOwner(owner),
  }
}
