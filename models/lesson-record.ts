// What travelled between a visitor and a lesson: the last exchanges, kept for that visitor alone.
import mongoose from 'mongoose'
import type { Cookie, ReceivedCookie } from '../lib/lessons/anatomy.ts'
import type { Line } from '../lib/lessons/difference.ts'
import type { Operation } from '../lib/lessons/watch.ts'

const MOST_EXCHANGES = 20 // of each lesson
const MOST_VISITORS = 1000
const LONGEST_DOCUMENT = 4000 // characters of a change that are kept

export type Exchange = {
  at: Date
  /** Who sent the request: the visitor's browser, or the lesson itself in the visitor's place. */
  by: string
  method: string
  path: string
  status: number
  sent: Cookie[]
  received: ReceivedCookie[]
  operations: Operation[]
  change: Line[]
}

type Record = { _id: string; visitor: string; lesson: string; at: Date; exchanges: Exchange[] }

/** Keep an exchange, the latest twenty of each lesson. In the database, so that it makes no difference which process answers. */
export async function keepExchange(
  visitor: string,
  lesson: string,
  exchange: Exchange,
): Promise<void> {
  const short = JSON.stringify(exchange.change).length <= LONGEST_DOCUMENT
  const kept = short ? exchange : { ...exchange, change: exchange.change.slice(0, 40) }
  const { upsertedCount } = await records().updateOne(
    { _id: `${visitor} ${lesson}` },
    {
      $set: { visitor, lesson, at: exchange.at },
      $push: { exchanges: { $each: [kept], $slice: -MOST_EXCHANGES } },
    },
    { upsert: true },
  )
  if (upsertedCount > 0) await forgetOldest()
}

/** The exchanges of a visitor with a lesson, the latest first. */
export async function findExchanges(visitor: string, lesson: string): Promise<Exchange[]> {
  const found = await records().findOne({ _id: `${visitor} ${lesson}` })
  return (found?.exchanges ?? []).reverse()
}

/** Forget what a visitor did in a lesson. */
export async function forgetExchanges(visitor: string, lesson: string): Promise<void> {
  await records().deleteOne({ _id: `${visitor} ${lesson}` })
}

async function forgetOldest(): Promise<void> {
  const surplus = await records()
    .find()
    .project<{ _id: string }>({ _id: 1 })
    .sort({ at: -1 })
    .skip(MOST_VISITORS)
    .toArray()
  if (surplus.length > 0) {
    await records().deleteMany({ _id: { $in: surplus.map(({ _id }) => _id) } })
  }
}

function records() {
  return mongoose.connection.collection<Record>('lesson-records')
}
