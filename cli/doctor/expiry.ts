// Whether what is over goes away: sessions, links and counted attempts are kept no longer than they have to be.
import mongoose from 'mongoose'
import { MINUTE } from '../../config/time.ts'
import { admin, type Facts } from './facts.ts'
import { findingsOf, type Finding } from './finding.ts'

const finding = findingsOf('expiry')
const LATE = 5 * MINUTE // a purge comes every minute, on a real server too

/** Look at who purges, and whether it is done. */
export async function checkExpiry(facts: Facts): Promise<Finding[]> {
  return [await checkTtl(facts), await checkLeftovers()]
}

async function checkTtl({ isEmbedded }: Facts): Promise<Finding> {
  if (isEmbedded) {
    return finding(
      'ok',
      'The embedded engine deletes nothing by TTL; the site purges itself while it runs.',
    )
  } else {
    const answer = await admin({ getParameter: 1, ttlMonitorEnabled: 1 }).catch(() => undefined)
    const { ttlMonitorEnabled } = (answer ?? {}) as { ttlMonitorEnabled?: boolean }
    if (ttlMonitorEnabled === undefined) {
      return finding(
        'ok',
        'The server does not tell whether its TTL monitor runs; the site purges itself while it runs.',
      )
    } else if (ttlMonitorEnabled) {
      return finding('ok', 'The TTL monitor runs.')
    } else {
      const todo = 'Turn it on: db.adminCommand({ setParameter: 1, ttlMonitorEnabled: true })'
      return finding('warning', 'The TTL monitor is off; the site purges only while it runs.', todo)
    }
  }
}

async function checkLeftovers(): Promise<Finding> {
  const late = { purgeAt: { $lt: new Date(Date.now() - LATE) } }
  const count = await mongoose.connection.collection('sessions').countDocuments(late)
  return count === 0
    ? finding('ok', 'No session is left over.')
    : finding(
        'warning',
        `${count} sessions that are over were not purged.`,
        'Start the site: it purges every minute.',
      )
}
