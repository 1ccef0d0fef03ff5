// A store on a database of its own, and its callbacks as promises, for tests that use it directly.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { Cookie, type SessionData } from 'express-session'
import { MongoClient, type Collection } from 'mongodb'
import { inject, vi } from 'vitest'
import { SessionCache } from '../../../lib/session/cache.ts'
import { createEncryption } from '../../../lib/session/encryption.ts'
import { SESSIONS, type SessionDocument } from '../../../lib/session/documents.ts'
import { SessionStore } from '../../../lib/session/store.ts'

export type OpenStore = {
  store: SessionStore
  calls: ReturnType<typeof callsOf>
  raw: Collection<SessionDocument>
  /** Resolves when the store emits this. */
  next: (event: string) => Promise<unknown>
  /** Another store on the same sessions, as another process would have it, or one that was started with another key. */
  another: (key?: string) => SessionStore
  close: () => Promise<void>
}

/** A cache as it is in a process that has been alone with the sessions for long. */
export function cacheThatIsOn(): SessionCache {
  const cache = new SessionCache()
  const now = vi.spyOn(Date, 'now').mockReturnValue(0)
  cache.turnOn()
  now.mockRestore()
  return cache
}

/** Open a store, encrypted if a key is given, with its sessions in memory too if there is a cache for them. */
export async function openStore(key?: string, cache?: SessionCache): Promise<OpenStore> {
  const client = await MongoClient.connect(inject('mongoUrl'))
  const databaseName = `store-${randomBytes(6).toString('hex')}`
  const another = (key?: string, cache?: SessionCache) =>
    new SessionStore({
      client,
      databaseName,
      idle: 60_000,
      ownerOf: ({ userId }) => userId,
      encryption: key ? createEncryption(key, 1) : undefined,
      cache,
    })
  const store = another(key, cache)
  return {
    store,
    calls: callsOf(store),
    raw: client.db(databaseName).collection(SESSIONS),
    /** Resolves when the store emits this. */
    next: (event) => once(store, event),
    another,
    close: async () => {
      const cleaner = await MongoClient.connect(inject('mongoUrl')) // a test may have closed the store's own
      await cleaner.db(databaseName).dropDatabase()
      await cleaner.close()
      await store.close()
    },
  }
}

/** What express-session calls, as promises instead of callbacks. */
export function callsOf(store: SessionStore) {
  return {
    get: (sid: string) =>
      ask<SessionData | null>((done) => {
        store.get(sid, done)
      }),
    set: (sid: string, session: SessionData) =>
      ask((done) => {
        store.set(sid, session, done)
      }),
    touch: (sid: string, session: SessionData) =>
      ask((done) => {
        store.touch(sid, session, done)
      }),
    all: () =>
      ask<SessionData[]>((done) => {
        store.all(done)
      }),
    length: () =>
      ask<number>((done) => {
        store.length(done)
      }),
    destroy: (sid: string) =>
      ask((done) => {
        store.destroy(sid, done)
      }),
    clear: () =>
      ask((done) => {
        store.clear(done)
      }),
  }
}

/** A plain object as a session is given to a store. */
export function sessionOf(data: object): SessionData {
  return { ...data, cookie: new Cookie() } as unknown as SessionData
}

async function ask<T = undefined>(call: (done: (error: unknown, value?: unknown) => void) => void) {
  return new Promise<T>((resolve, reject) => {
    call((error, value) => {
      if (error) reject(error instanceof Error ? error : new Error('The store failed'))
      else resolve(value as T)
    })
  })
}
