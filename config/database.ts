// How the site talks to MongoDB: how long a visitor may wait for it, and when a write counts as done.
import type { ConnectOptions } from 'mongoose'
import { MINUTE } from './time.ts'

// A page has to say "come back in a moment" within two seconds, so every single operation gives up well before.
export const OPERATION_TIMEOUT = 1000 // milliseconds
export const RECONNECT_TIMEOUT = 800 // milliseconds a request waits for a database that is just coming back

export const DATABASE_NAME = 'sesame'

// Said for each connection, because what is said there wins over MONGO_URL. An address that prefers secondaries would have
// sessions and counters read from a member that has not heard of them yet: whoever signed out would be signed in again, and
// whoever guesses passwords would get tries for free.
export const primaryReads = {
  readPreference: 'primary',
  // What the primary knows now, also what the other members have yet to confirm: so a session that is being ended is refused
  // at once. As "readConcern" it would not win over MONGO_URL.
  readConcernLevel: 'local',
} as const

export const connectOptions: ConnectOptions = {
  autoIndex: false, // built once, before the site says it is ready
  bufferCommands: false, // a command that can't be sent now is an error now, not in ten seconds
  socketTimeoutMS: OPERATION_TIMEOUT, // counts only while an answer is awaited, not on idle connections
  // One of these two comes on top where a command was given up, since the driver tries it once more: at a member that it has
  // to find, or on a connection that it has to open.
  serverSelectionTimeoutMS: RECONNECT_TIMEOUT,
  waitQueueTimeoutMS: RECONNECT_TIMEOUT,
  connectTimeoutMS: OPERATION_TIMEOUT, // above the last one: of a connection that fails first the driver opens two more in turn
  heartbeatFrequencyMS: 500, // the driver's shortest: it finds a restarted database soonest
  ...primaryReads,
}

// A command at a terminal has nobody waiting at a page: it would rather wait for a busy database than give up.
export const commandOptions: ConnectOptions = {
  ...connectOptions,
  serverSelectionTimeoutMS: 2000,
  waitQueueTimeoutMS: 30_000,
  socketTimeoutMS: 30_000,
}

// Building an index reads the whole collection once: the only command that may take long.
export const INDEX_TIMEOUT = 10 * MINUTE

// An answered registration or sign-out must survive a power cut and the loss of one member of a replica set.
export const serverWrites = { w: 'majority', j: true } as const

// The embedded engine is no replica set, and told "majority" it forgets "j": it answers before the journal is written,
// and what it answered is lost if its process is killed in that moment.
export const embeddedWrites = { w: 1, j: true } as const
