// What happened at an account: its last events and its sign-ins per day, for its owner to look at.
import type { Document } from 'mongodb'
import mongoose from 'mongoose'
import { DAY } from '../../config/time.ts'
import { User } from '../user.ts'

const MAX_EVENTS = 200 // kept of one user
const MAX_OF_ONE_KIND = 40 // of them: no kind of event that somebody can cause again and again pushes the others off
const MAX_SIGN_INS = 1000
const EVENTS_LIVE = 90 * DAY
const DAYS_SHOWN = 30
const SIGN_INS_LIVE = (DAYS_SHOWN + 1) * DAY
const SIGN_INS = ['sign-in', 'sign-in-failed']

export type ActivityEvent = {
  /** When it happened, the last time if it happened several times. */
  at: Date
  /** How often it happened within a day, from one address with one browser; not there if once. */
  count?: number
  event: string
  /** Whether it was done, or tried and refused. */
  outcome: 'done' | 'refused'
  address: string
  agent: string
}
/** What failed at an account since its owner last signed in. */
export type Failures = { count: number; last: Date }
export type SignInDay = { day: string; done: number; refused: number }

type SignIn = Pick<ActivityEvent, 'at' | 'outcome'>
/** What is kept of one user; at `purgeAt` something of it has become too old. */
type Activity = { _id: string; events?: ActivityEvent[]; signIns?: SignIn[]; purgeAt?: Date }

// Being written by this process. Nobody waits for them: an answer that took longer because there is an account to write to
// would show that there is one (ASVS 6.3.8). What another process writes is waited for by nobody: it is in the
// database before the same browser's next request has got that far, or else when the page is loaded again.
const underWay = new Set<Promise<void>>()

/** Keep an event, soon; a command waits until it is kept. One document for each user, of bounded size: whoever fails to sign in all day can't fill the database. */
export function recordActivity(
  userId: string,
  event: ActivityEvent,
  log: { error: (error: unknown, message: string) => void },
): Promise<void> {
  const writing = write(userId, event)
    .catch((error: unknown) => {
      log.error(error, 'An event of an account could not be kept')
    })
    .finally(() => underWay.delete(writing))
  underWay.add(writing)
  return writing
}

/** The last events, the latest first, and the sign-ins of each of the last thirty days (in UTC), the earliest first. */
export async function findActivity(
  userId: string,
): Promise<{ events: ActivityEvent[]; days: SignInDay[] }> {
  const { events, signIns } = await findWholeActivity(userId)
  const oldest = new Date(Date.now() - EVENTS_LIVE)
  const count = (day: string, outcome: string) =>
    signIns.filter((one) => one.outcome === outcome && dayOf(one.at) === day).length
  return {
    events: events.filter(({ at }) => at > oldest).reverse(),
    days: Array.from({ length: DAYS_SHOWN }, (_, index) => {
      const day = dayOf(new Date(Date.now() - (DAYS_SHOWN - 1 - index) * DAY))
      return { day, done: count(day, 'done'), refused: count(day, 'refused') }
    }),
  }
}

/** How many sign-ins failed since the last that did not, and when the last of them did; undefined if none. */
export async function findFailures(userId: string): Promise<Failures | undefined> {
  const { signIns } = await findWholeActivity(userId)
  const lastDone = signIns.findLastIndex(({ outcome }) => outcome === 'done')
  const failed = signIns.slice(lastDone + 1)
  const last = failed.at(-1)?.at
  return last ? { count: failed.length, last } : undefined
}

/** All that is kept of what happened at an account, as it is stored. */
export async function findWholeActivity(
  userId: string,
): Promise<{ events: ActivityEvent[]; signIns: SignIn[] }> {
  await Promise.all(underWay)
  const { events = [], signIns = [] } = (await activities().findOne({ _id: userId })) ?? {}
  return { events, signIns }
}

/** Delete what is too old to be shown, of all accounts. */
export async function purgeActivities(): Promise<void> {
  const now = new Date()
  const isDue = { $or: [{ purgeAt: { $lte: now } }, { purgeAt: { $exists: false } }] } // or of old
  await activities().updateMany(isDue, withoutTheOld(now))
  await activities().deleteMany({ purgeAt: { $type: 'null' } })
}

/** Delete what is known of what happened at an account. */
export async function forgetActivity(userId: string): Promise<void> {
  await Promise.all(underWay)
  await activities().deleteOne({ _id: userId })
}

async function write(userId: string, event: ActivityEvent): Promise<void> {
  const { outcome } = event
  const change = [...withEvent(event), ...withoutTheOld(event.at)]
  const { matchedCount } = await activities().updateOne({ _id: userId }, change)
  const isFirst = matchedCount === 0
  if (isFirst) await activities().updateOne({ _id: userId }, change, { upsert: true })
  // An event that ends up behind the deletion of its account must not bring a part of it back. What was done and found its
  // document is deleted with it.
  if ((isFirst || outcome === 'refused') && !(await User.exists({ _id: userId }))) {
    await activities().deleteOne({ _id: userId })
  }
}

// In one step of the database, so that of two events at the same moment none is lost. What a visitor sent is a literal: an
// address or a browser's name that begins with $ is no field.
function withEvent(event: ActivityEvent): Document[] {
  const { at, outcome } = event
  const isAlike = {
    $and: [
      ...(['event', 'outcome', 'address', 'agent'] as const).map((field) => ({
        $eq: [`$$one.${field}`, { $literal: event[field] }],
      })),
      { $gt: ['$$one.at', new Date(at.getTime() - DAY)] },
    ],
  }
  const isOfKind = { $eq: ['$$one.event', { $literal: event.event }] }
  const only = (input: unknown, cond: unknown) => ({ $filter: { input, as: 'one', cond } })
  const ofKind = { $slice: [only('$$others', isOfKind), 1 - MAX_OF_ONE_KIND] }
  const isKept = { $or: [{ $not: [isOfKind] }, { $in: ['$$one', ofKind] }] }
  const counts = {
    $map: { input: only('$$all', isAlike), as: 'one', in: { $ifNull: ['$$one.count', 1] } },
  }
  const merged = {
    $cond: [
      { $eq: [{ $size: counts }, 0] },
      { $literal: event },
      { $mergeObjects: [{ $literal: event }, { count: { $add: [{ $sum: counts }, 1] } }] },
    ],
  }
  const kept = { $concatArrays: [only('$$others', isKept), [merged]] }
  const others = { $let: { vars: { others: only('$$all', { $not: [isAlike] }) }, in: kept } }
  const events = { $let: { vars: { all: listOf('events') }, in: others } }
  const signIns = { $concatArrays: [listOf('signIns'), [{ $literal: { at, outcome } }]] }
  const isSignIn = SIGN_INS.includes(event.event)
  return [
    {
      $set: {
        events: { $slice: [events, -MAX_EVENTS] },
        ...(isSignIn ? { signIns: { $slice: [signIns, -MAX_SIGN_INS] } } : {}),
      },
    },
  ]
}

function withoutTheOld(now: Date): Document[] {
  const younger = (name: string, life: number) => ({
    $filter: {
      input: listOf(name),
      as: 'one',
      cond: { $gt: ['$$one.at', new Date(now.getTime() - life)] },
    },
  })
  const dueAfter = (name: string, life: number) => ({
    $map: { input: `$${name}`, as: 'one', in: { $add: ['$$one.at', life] } },
  })
  const due = [
    { $min: dueAfter('events', EVENTS_LIVE) },
    { $min: dueAfter('signIns', SIGN_INS_LIVE) },
  ]
  return [
    {
      $set: {
        events: younger('events', EVENTS_LIVE),
        signIns: younger('signIns', SIGN_INS_LIVE),
      },
    },
    { $set: { purgeAt: { $min: due } } }, // null where nothing is left
  ]
}

function listOf(name: string) {
  return { $ifNull: [`$${name}`, []] }
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 'YYYY-MM-DD'.length)
}

function activities() {
  return mongoose.connection.collection<Activity>('activities')
}
