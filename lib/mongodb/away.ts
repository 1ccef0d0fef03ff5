// Which errors mean that the database can't be reached just now, and not that something is wrong with the site.
import mongoose from 'mongoose'

const { MongoNetworkError, MongoServerError } = mongoose.mongo

const AWAY = [
  'MongoPoolClosedError',
  'MongoWaitQueueTimeoutError',
  'MongoNotConnectedError',
  'MongoServerClosedError',
  'MongoServerSelectionError',
  'MongoStalePrimaryError',
  'MongoTopologyClosedError',
  'MongoClientClosedError',
  'MongooseServerSelectionError',
]

// Server codes of a member that is stopping, stepping down, or has not been made primary yet.
const STEPPING_DOWN = [91, 189, 10107, 11600, 11602, 13435, 13436]

// A command that is written to a connection in the moment it dies: the driver passes the system's error on as it is.
const CUT_OFF = ['EPIPE', 'ECONNRESET']

/** True for an error that goes away by itself when the database is back. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  // What wraps the network's error, such as a counter's, or a write of many documents, holds it.
  const { cause, errorResponse } = error as { cause?: unknown; errorResponse?: unknown }
  if (isDatabaseAway(cause) || isDatabaseAway(errorResponse)) return true
  // And its whole family: timeouts, and connections that were cut off when another one timed out.
  if (error instanceof MongoNetworkError) return true
  if (error instanceof MongoServerError) return STEPPING_DOWN.includes(Number(error.code))
  return (
    AWAY.includes(error.name) ||
    CUT_OFF.includes(String((error as NodeJS.ErrnoException).code)) ||
    error.message.includes('before initial connection is complete')
  )
}
