// Which errors mean that the database can't be reached just now, and not that something is wrong with the site.
import mongoose from 'mongoose'

const AWAY = [
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoPoolClearedError',
  'MongoPoolClosedError',
  'MongoWaitQueueTimeoutError',
  'MongoNotConnectedError',
  'MongoServerSelectionError',
  'MongoTopologyClosedError',
  'MongoClientClosedError',
  'MongooseServerSelectionError',
]

// Server codes of a member that is stopping, stepping down, or has not been made primary yet.
const STEPPING_DOWN = [91, 189, 10107, 11600, 11602, 13435, 13436]

/** True for an error that goes away by itself when the database is back. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) {
    return false
  } else if (error instanceof mongoose.mongo.MongoServerError) {
    return STEPPING_DOWN.includes(Number(error.code))
  } else {
    return (
      AWAY.includes(error.name) || error.message.includes('before initial connection is complete')
    )
  }
}
