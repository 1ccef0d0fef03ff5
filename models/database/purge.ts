// Deletes what is over, also on a site that nobody visits: the embedded engine never acts on a TTL index. And finishes what was cut off.
import mongoose from 'mongoose'
import { HOUR, MINUTE } from '../../config/time.ts'
import { isDatabaseAway } from '../../lib/mongodb/away.ts'
import type { SessionStore } from '../../lib/session/store.ts'
import { purgeActivities } from '../account/activity.ts'
import { finishUnfinished } from '../account/finish.ts'
import { purgeAnswers } from '../first-answer.ts'
import { purgeTokens } from '../mail/token.ts'
import { purgeCounters } from '../sign-in/counters.ts'
import { purgeReservations } from '../user/reservation.ts'

type Log = { error: (error: unknown, message: string) => void }

/** Delete everything that is over and not purged elsewhere; sessions purge themselves. Throws if the database fails. */
export async function purge(): Promise<void> {
  const all = [
    purgeActivities,
    purgeCounters,
    purgeTokens,
    purgeReservations,
    purgeAnswers,
    purgeLessons,
  ]
  for (const one of all) await one()
}

// What visitors did in lessons tells of them for its time and no longer, also where nobody opens a lesson any more, or the site
// has none now. An earlier version wrote records without an end.
async function purgeLessons(): Promise<void> {
  for (const { name } of await mongoose.connection.listCollections()) {
    if (name.startsWith('lesson-')) {
      await mongoose.connection
        .collection(name)
        .deleteMany({ expires: { $not: { $gte: new Date() } } })
    }
  }
}

/**
 * Purge now and every hour, and finish every minute what was cut off, until the function that is returned is called. What fails
 * is done the next time.
 */
export function startPurging(store: SessionStore, log: Log): () => void {
  const timers = [
    repeat(purge, HOUR, (error) => {
      log.error(error, 'What is over could not be deleted')
    }),
    repeat(
      () => finishUnfinished(store),
      MINUTE,
      (error) => {
        log.error(error, 'What was cut off could not be finished')
      },
    ),
  ]
  return () => {
    timers.forEach(clearInterval)
  }
}

function repeat(act: () => Promise<void>, pause: number, report: (error: unknown) => void) {
  const round = () => {
    act().catch((error: unknown) => {
      if (!isDatabaseAway(error)) report(error)
    })
  }
  round()
  return setInterval(round, pause).unref()
}
