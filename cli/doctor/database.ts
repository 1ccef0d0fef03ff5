// The database: whether it answers, what it promises to keep, and whether what is over goes away.
import mongoose from 'mongoose'
import { sesame } from '../../config/paths.ts'
import { HOUR, MINUTE } from '../../config/time.ts'
import { findFreeBytes, MIN_FREE } from '../../models/database/disk.ts'
import { findMissingIndexes } from '../../models/database/indexes.ts'
import { findFailedLetters } from '../../models/operator/mails.ts'
import { countBareMd5 } from '../../models/operator/password-upgrade.ts'
import { isRestoreUnfinished } from '../../models/operator/restore/stage.ts'
import { timeOf } from '../terminal.ts'
import { Findings, type Finding } from './finding.ts'

const OLDEST = 4.4 // the first version whose wire protocol today's driver speaks without limits
const CLOCK_WARNING = 2000 // milliseconds
const CLOCK_WRONG = MINUTE
const LATE = 5 * MINUTE // a purge comes every minute, on a real server too

type Facts = { version: string; isEmbedded: boolean }

/** Look at the database that mongoose is connected to. */
export async function checkDatabase(): Promise<Finding[]> {
  const facts = await findFacts()
  return [
    ...checkVersion(facts),
    ...(await checkClock(facts)),
    ...(await checkDisk()),
    ...(await checkRestore()),
    ...(await checkIndexes()),
    ...(await checkExpiry(facts)),
    ...(await checkPasswords()),
    ...(await checkLetters()),
  ]
}

// What the database says of itself.
async function findFacts(): Promise<Facts> {
  const { version, modules = [] } = await admin({ buildInfo: 1 })
  return { version: String(version), isEmbedded: (modules as string[]).includes('embedded') }
}

function checkVersion({ version, isEmbedded }: Facts): Finding[] {
  const findings = new Findings('database')
  const name = isEmbedded ? 'the embedded engine' : 'MongoDB'
  if (parseFloat(version) < OLDEST) {
    findings.wrong(`${name} ${version} is too old.`, `Use MongoDB ${OLDEST} or newer.`)
  }
  return findings.orOk(`It answers: ${name}, version ${version}.`)
}

async function checkClock({ isEmbedded }: Facts): Promise<Finding[]> {
  const findings = new Findings('clock')
  const asked = Date.now()
  const { localTime } = (await admin({ hello: 1 })) as { localTime?: Date }
  if (isEmbedded || !localTime) return [] // this machine's own
  const apart = Math.abs(localTime.getTime() - (asked + Date.now()) / 2)
  const says = `The clocks of this machine and the database are ${(apart / 1000).toFixed(1)} s apart.`
  const todo = 'Let both take the time from the network (NTP): sessions and links end by it.'
  if (apart >= CLOCK_WRONG) findings.wrong(says, todo)
  else if (apart >= CLOCK_WARNING) findings.warning(says, todo)
  return findings.orOk(says)
}

async function checkIndexes(): Promise<Finding[]> {
  const findings = new Findings('indexes')
  const missing = await findMissingIndexes()
  if (missing.length > 0 && (await mongoose.connection.listCollections()).length === 0) {
    findings.warning('The database is empty.', 'Start the site once: it builds the indexes.')
    return findings.all
  }
  const todo =
    'Start the site anew: it builds what is missing. One that is there in another form has to be dropped first.'
  for (const index of missing) findings.wrong(`The index ${index} is not there.`, todo)
  return findings.orOk('All are there.')
}

async function checkDisk(): Promise<Finding[]> {
  const findings = new Findings('disk')
  const free = await findFreeBytes()
  if (free === undefined) return findings.orOk('The database does not tell how full its disk is.')
  const says = `${free.toLocaleString('en')} bytes are free where the database lies.`
  const todo = 'Make room there: with less than 524,288,000 bytes it builds no index.'
  if (free < MIN_FREE) findings.wrong(says, todo)
  else if (free < 2 * MIN_FREE) findings.warning(says, todo)
  return findings.orOk(says)
}

async function checkRestore(): Promise<Finding[]> {
  const findings = new Findings('restore')
  const todo = `If none runs any more: ${sesame} restore FILE --replace`
  if (await isRestoreUnfinished()) {
    findings.wrong('A restore is under way, or was cut off.', todo)
  }
  return findings.all
}

// Who purges, and whether it is done: sessions, links and counted attempts are kept no longer than they have to be.
async function checkExpiry(facts: Facts): Promise<Finding[]> {
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
  const itself = 'the site purges itself while it runs.'
  if (isEmbedded) {
    findings.ok(`The embedded engine deletes nothing by TTL; ${itself}`)
    return
  }
  const answer = await admin({ getParameter: 1, ttlMonitorEnabled: 1 }).catch(() => undefined)
  const { ttlMonitorEnabled } = (answer ?? {}) as { ttlMonitorEnabled?: boolean }
  if (ttlMonitorEnabled === undefined) {
    findings.ok(`The server does not tell whether its TTL monitor runs; ${itself}`)
  } else if (ttlMonitorEnabled) {
    findings.ok('The TTL monitor runs.')
  } else {
    const todo = 'Turn it on: db.adminCommand({ setParameter: 1, ttlMonitorEnabled: true })'
    findings.warning('The TTL monitor is off; the site purges only while it runs.', todo)
  }
}

async function checkPasswords(): Promise<Finding[]> {
  const findings = new Findings('passwords')
  const count = await countBareMd5()
  if (count > 0) {
    const says = `${count} passwords are kept as a bare md5, which a stolen database gives away.`
    findings.warning(says, `${sesame} password upgrade`)
  }
  return findings.orOk('No password is kept as a bare md5.')
}

// A letter that the mail server did not take is tried again: for minutes that is usual, for hours nobody gets a link any more.
async function checkLetters(): Promise<Finding[]> {
  const findings = new Findings('letters')
  const { count, oldest } = await findFailedLetters()
  if (oldest !== undefined) {
    const says = `Letters that the mail server did not take and that wait: ${count}, the first of them since ${timeOf(oldest)}.`
    const todo = `Mend the way to it, then: ${sesame} mail retry`
    if (Date.now() - oldest.getTime() > HOUR) findings.wrong(says, todo)
    else findings.warning(says, todo)
  }
  return findings.orOk('No letter waits because the mail server did not take it.')
}

async function admin(command: Record<string, number>) {
  return mongoose.connection.getClient().db('admin').command(command)
}
