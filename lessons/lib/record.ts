// What travelled between a visitor and a lesson: the last exchanges, kept for that visitor alone.
import type { UpdateFilter } from 'mongodb'
import mongoose from 'mongoose'
import { HOUR } from '../../config/time.ts'
import type { Cookie, ReceivedCookie } from './cookies.ts'
import type { Line } from './difference.ts'
import type { Operation } from './watch.ts'

const MAX_EXCHANGES = 20 // of each lesson
const MAX_VISITORS = 1000
const RECORDS_LIVE = 12 * HOUR // as long as the visitor is known (lessons/lib/visitor.ts)
const MAX_DOCUMENT_LENGTH = 4000 // characters of a change that are kept

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
  /** What came of it. */
  outcome?: Outcome
}

/** A sentence below lessons.<name>.outcome, and what is put into it. */
export type Outcome = { key: string; values: Record<string, string | number> }

/** What a lesson found out for its visitor, shown until it is begun anew: small values by short names. */
export type Notes = Record<string, unknown>

type Kept = {
  _id: string
  visitor: string
  lesson: string
  at: Date
  expires: Date
  exchanges?: Exchange[]
  notes?: Notes
}

/** Keep an exchange, the latest twenty of each lesson. In the database, so that it makes no difference which process answers. */
export async function keepExchange(
  visitor: string,
  lesson: string,
  exchange: Exchange,
): Promise<void> {
  const short = JSON.stringify(exchange.change).length <= MAX_DOCUMENT_LENGTH
  const kept = short ? exchange : { ...exchange, change: exchange.change.slice(0, 40) }
  await change(visitor, lesson, {
    $set: { visitor, lesson, ...timesFrom(exchange.at) },
    $push: { exchanges: { $each: [kept], $slice: -MAX_EXCHANGES } },
  })
}

/** Keep what a lesson found out, beside what it found out before under other names. */
export async function keepNotes(visitor: string, lesson: string, notes: Notes): Promise<void> {
  const paths = Object.entries(notes).map(([name, value]) => [`notes.${name}`, value])
  const times = timesFrom(new Date())
  const $set = { visitor, lesson, ...times, ...Object.fromEntries(paths) } as Partial<Kept>
  await change(visitor, lesson, { $set })
}

/** The exchanges of a visitor with a lesson, the latest first, and what it found out for them. */
export async function findRecord(visitor: string, lesson: string) {
  const found = await records().findOne({ _id: `${visitor} ${lesson}` })
  return { exchanges: (found?.exchanges ?? []).reverse(), notes: found?.notes ?? {} }
}

/** Forget what a visitor did in a lesson. */
export async function forgetExchanges(visitor: string, lesson: string): Promise<void> {
  await records().deleteOne({ _id: `${visitor} ${lesson}` })
}

// By the second the site's purge deletes it (models/database/purge.ts).
function timesFrom(at: Date) {
  return { at, expires: new Date(at.getTime() + RECORDS_LIVE) }
}

async function change(visitor: string, lesson: string, update: UpdateFilter<Kept>) {
  const mine = { _id: `${visitor} ${lesson}` }
  const write = () => records().updateOne(mine, update, { upsert: true })
  // Of two first exchanges at the same moment one may find that the other has inserted the record: it then updates it.
  const { upsertedCount } = await write().catch(write)
  if (upsertedCount > 0) await forgetOldest()
}

async function forgetOldest(): Promise<void> {
  await records().deleteMany({ expires: { $lt: new Date() } })
  const surplus = await records()
    .find()
    .project<{ _id: string }>({ _id: 1 })
    .sort({ at: -1 })
    .skip(MAX_VISITORS)
    .toArray()
  if (surplus.length > 0) {
    await records().deleteMany({ _id: { $in: surplus.map(({ _id }) => _id) } })
  }
}

function records() {
  return mongoose.connection.collection<Kept>('lesson-records')
}
