// Whether what is over goes away: sessions, links and counted attempts are kept no longer than they have to be.
import mongoose from 'mongoose'
import { MINUTE } from '../../config/time.ts'
import { admin, type Facts } from './facts.ts'
import { Findings, type Finding } from './finding.ts'

const LATE = 5 * MINUTE // a purge comes every minute, on a real server too

/** Look at who purges, and whether it is done. */
export async function checkExpiry(facts: Facts): Promise<Finding[]> {
  const findings = new Findings('expiry')
  await checkTtl(findings, facts)
  const late = { purgeAt: { $lt: new Date(Date.now() - LATE) } }
  const count = await mongoose.connection.collection('sessions').countDocuments(late)
  if (count === 0) {
    findings.ok('No session is left over.')
  } else {
    const todo = 'Start the site: it purges every minute.'
    findings.warning(`${count} sessions that are over were not purged.`, todo)
  }
  return findings.all
}

async function checkTtl(findings: Findings, { isEmbedded }: Facts): Promise<void> {
  if (isEmbedded) {
    findings.ok('The embedded engine deletes nothing by TTL; the site purges itself while it runs.')
  } else {
    const answer = await admin({ getParameter: 1, ttlMonitorEnabled: 1 }).catch(() => undefined)
    const { ttlMonitorEnabled } = (answer ?? {}) as { ttlMonitorEnabled?: boolean }
    if (ttlMonitorEnabled === undefined) {
      findings.ok(
        'The server does not tell whether its TTL monitor runs; the site purges itself while it runs.',
      )
    } else if (ttlMonitorEnabled) {
      findings.ok('The TTL monitor runs.')
    } else {
      const todo = 'Turn it on: db.adminCommand({ setParameter: 1, ttlMonitorEnabled: true })'
      findings.warning('The TTL monitor is off; the site purges only while it runs.', todo)
    }
  }
}
