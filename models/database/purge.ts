// Deletes what is over, also on a site that nobody visits: the embedded engine never acts on a TTL index.
import { HOUR } from '../../config/time.ts'
import { isDatabaseAway } from '../../lib/mongodb/away.ts'
import { purgeActivities } from '../account/activity.ts'
import { purgeTokens } from '../mail/token.ts'
import { purgeCounters } from '../sign-in/counters.ts'
import { purgeReservations } from '../user/reservation.ts'

type Log = { error: (error: unknown, message: string) => void }

/** Delete everything that is over and not purged elsewhere; sessions purge themselves. Throws if the database fails. */
export async function purge(): Promise<void> {
  for (const one of [purgeActivities, purgeCounters, purgeTokens, purgeReservations]) await one()
}

/** Purge now and every hour, until the function that is returned is called. What fails is done an hour later. */
export function startPurging(log: Log): () => void {
  const round = () => {
    purge().catch((error: unknown) => {
      if (!isDatabaseAway(error)) log.error(error, 'What is over could not be deleted')
    })
  }
  round()
  const timer = setInterval(round, HOUR).unref()
  return () => clearInterval(timer)
}
