// What the metrics tell of the database: whether it answers, how many sessions it holds, and which mails wait in it.
import { setTimeout } from 'node:timers/promises'
import { Gauge, type Registry } from 'prom-client'

export type DatabaseStats = {
  sessions: number
  mails: number
  /** How many seconds the oldest mail has been waiting; 0 if none waits. */
  oldestMail: number
  /** Free bytes on the disk of the database; undefined where it does not tell. */
  diskFree: number | undefined
}

/** How the database is asked. Both throw if it does not answer. */
export type Database = { ping: () => Promise<unknown>; readStats: () => Promise<DatabaseStats> }

/** In milliseconds: how long a reading is good for, and how long somebody waits for one. */
export type Pace = { ttl: number; timeout: number }

// However often and by whomever the metrics are asked for, the database hardly notices; and they never wait for it long.
const PACE = { ttl: 5000, timeout: 500 } // milliseconds

/** Add gauges that are read when they are asked for. While the database is away it is down, and the others are missing. */
export function addDatabaseGauges(registry: Registry, database: Database, pace: Pace = PACE): void {
  const ping = sharedReading(async () => {
    await database.ping()
    return true
  }, pace)
  const read = sharedReading(database.readStats, pace)
  const add = (
    name: string,
    help: string,
    aggregator: 'min' | 'max',
    value: () => Promise<number | undefined>,
  ) => {
    const collect = async function (this: Gauge) {
      const number = await value()
      if (number === undefined) this.remove()
      else this.set(number)
    }
    new Gauge({ name, help, aggregator, collect, registers: [registry] })
  }
  // Every process sees the same database: the sum of what they see would be a multiple of what is there.
  add(
    'sesame_database_up',
    '1 if the database answers within half a second, else 0',
    'min',
    async () => ((await ping()) === true ? 1 : 0),
  )
  add(
    'sesame_sessions',
    'Sessions that have not run out, of members and of anonymous visitors alike',
    'max',
    async () => (await read())?.sessions,
  )
  add(
    'sesame_mails_waiting',
    'Mails that wait to be sent, at most 10000',
    'max',
    async () => (await read())?.mails,
  )
  add(
    'sesame_oldest_mail_age_seconds',
    'How long the oldest of them has been waiting, 0 if none waits',
    'max',
    async () => (await read())?.oldestMail,
  )
  add(
    'sesame_database_disk_free_bytes',
    'Free bytes on the disk of the database; with less than 524288000 it builds no index',
    'min',
    async () => (await read())?.diskFree,
  )
}

// The same reading for everybody who asks within its ttl; undefined if it failed or does not come in time.
function sharedReading<T>(
  take: () => Promise<T>,
  { ttl, timeout }: Pace,
): () => Promise<T | undefined> {
  let reading: Promise<T | undefined> | undefined
  let takenAt = -Infinity
  let isUnderWay = false // one that hangs is not joined by others that would hang too
  return async () => {
    if (!isUnderWay && performance.now() - takenAt >= ttl) {
      takenAt = performance.now()
      isUnderWay = true
      reading = take()
        .catch(() => undefined)
        .finally(() => (isUnderWay = false))
    }
    return Promise.race([reading, setTimeout(timeout, undefined, { ref: false })])
  }
}
