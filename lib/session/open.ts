// The store of the site's sessions as its settings want it, for requests and for an operator's commands alike.
import type { Connection } from 'mongoose'
import type { Settings } from '../../config/env.ts'
import { MINUTE } from '../../config/time.ts'
import type { Metrics } from '../metrics.ts'
import type { SessionCache } from './cache.ts'
import { createEncryption } from './encryption.ts'
import { SessionStore } from './store.ts'

/** What a site may want of its sessions beside keeping them: in memory too, observed by lessons, or measured. */
export type StoreExtras = {
  cache?: SessionCache | undefined
  watch?: ((store: SessionStore) => SessionStore) | undefined
  metrics?: Metrics | undefined
}

/** Open the store on a database that is connected. */
export function openSessionStore(
  settings: Settings,
  database: Connection,
  { cache, watch, metrics }: StoreExtras = {},
): SessionStore {
  const secret = settings.sessionEncryptionKey // AES-256-GCM under a key derived from it, once, when the store is opened
  const store = new SessionStore({
    client: database.getClient(),
    databaseName: database.name,
    idle: settings.sessionIdleMinutes * MINUTE,
    ownerOf: ({ userId }) => userId,
    endOf: ({ endsAt }) => endsAt,
    encryption: secret === undefined ? undefined : createEncryption(secret),
    cache,
    metrics,
  })
  return watch ? watch(store) : store
}
