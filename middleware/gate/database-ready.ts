// No page waits long for a database that is away: a short moment for one that is coming back, then a clear 503.
import { once } from 'node:events'
import type { RequestHandler } from 'express'
import createError from 'http-errors'
import mongoose, { type Connection } from 'mongoose'
import { RECONNECT_TIMEOUT } from '../../config/database.ts'

/** Let requests through while the database answers; refuse them with 503 when it does not come back in time. */
export function databaseReady(database: Connection): RequestHandler {
  let coming: Promise<boolean> | undefined // shared by all requests that wait, so that many are one listener
  return async function waitForDatabase(_req, _res, next) {
    coming ??= isConnected(database)
      ? undefined
      : connects(database).finally(() => {
          coming = undefined
        })
    if (coming === undefined || (await coming)) {
      next()
    } else {
      next(createError(503, 'The database is away'))
    }
  }
}

function isConnected(database: Connection): boolean {
  return database.readyState === mongoose.ConnectionStates.connected
}

async function connects(database: Connection): Promise<boolean> {
  try {
    await once(database, 'connected', { signal: AbortSignal.timeout(RECONNECT_TIMEOUT) })
    return true
  } catch {
    return isConnected(database)
  }
}
