// What happened at an account: its last events and its sign-ins per day, for its owner to look at.
import mongoose from 'mongoose'
import { DAY } from '../../config/time.ts'
import { forgetAttempts } from '../sign-in/counters.ts'
import { User } from '../user.ts'

const MAX_EVENTS = 200 // kept of one user
const MAX_SIGN_INS = 1000
const EVENTS_LIVE = 90 * DAY
const DAYS_SHOWN = 30
const SIGN_INS = ['sign-in', 'sign-in-failed']

export type ActivityEvent = {
  at: Date
  event: string
  /** Whether it was done, or tried and refused. */
  outcome: 'done' | 'refused'
  address: string
  agent: string
}
export type SignInDay = { day: string; done: number; refused: number }

type SignIn = Pick<ActivityEvent, 'at' | 'outcome'>
type Activity = { _id: string; events?: ActivityEvent[]; signIns?: SignIn[] }

// Being written by this process. Nobody waits for them: an answer that took longer because there is an account to write to
// would show that there is one (ASVS 6.3.8). What another process writes is waited for by nobody: it is in the
// database before the same browser's next request has got that far, or else when the page is loaded again.
const underWay = new Set<Promise<void>>()

/** Keep an event, soon. One document for each user, of bounded size: whoever fails to sign in all day can't fill the database. */
export function recordActivity(
  userId: string,
  event: ActivityEvent,
  log: { error: (error: unknown, message: string) => void },
): void {
  const writing = write(userId, event)
    .catch((error: unknown) => {
      log.error(error, 'An event of an account could not be kept')
    })
    .finally(() => underWay.delete(writing))
  underWay.add(writing)
}

/** The last events, the latest first, and the sign-ins of each of the last thirty days (in UTC), the earliest first. */
export async function findActivity(
  userId: string,
): Promise<{ events: ActivityEvent[]; days: SignInDay[] }> {
  await Promise.all(underWay)
  const { events = [], signIns = [] } = (await activities().findOne({ _id: userId })) ?? {}
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

/** Delete what is known of what happened at an account. */
export async function forgetActivity(userId: string): Promise<void> {
  await Promise.all(underWay)
  await activities().deleteOne({ _id: userId })
}

async function write(userId: string, event: ActivityEvent): Promise<void> {
  const { at, outcome } = event
  const events = { $each: [event], $slice: -MAX_EVENTS }
  const signIns = { $each: [{ at, outcome }], $slice: -MAX_SIGN_INS }
  const isSignIn = SIGN_INS.includes(event.event)
  const change = { $push: { events, ...(isSignIn ? { signIns } : {}) } }
  const { matchedCount } = await activities().updateOne({ _id: userId }, change)
  const isFirst = matchedCount === 0
  if (isFirst) await activities().updateOne({ _id: userId }, change, { upsert: true })
  // An event that ends up behind the deletion of its account must not bring a part of it back; nor must the wrong password
  // that it is about, which was counted just before. What was done and found its document is deleted with it.
  if ((isFirst || outcome === 'refused') && !(await User.exists({ _id: userId }))) {
    await activities().deleteOne({ _id: userId })
    await forgetAttempts(userId)
  }
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 'YYYY-MM-DD'.length)
}

function activities() {
  return mongoose.connection.collection<Activity>('activities')
}
