// The database: whether it answers, what it promises to keep, and whether what is over goes away.
import mongoose from 'mongoose'
import { MINUTE } from '../../config/time.ts'
import { findMissingIndexes } from '../../models/database/indexes.ts'
import { countBareMd5 } from '../../models/operator/password-upgrade.ts'
import { isRestoreUnfinished } from '../../models/operator/restore/stage.ts'
import { checkExpiry } from './expiry.ts'
import { admin, findFacts, type Facts } from './facts.ts'
import { findingsOf, type Finding } from './finding.ts'

const OLDEST = 4.4 // the first version whose wire protocol today's driver speaks without limits
const CLOCK_WARNING = 2000 // milliseconds
const CLOCK_WRONG = MINUTE

/** Look at the database that mongoose is connected to. */
export async function checkDatabase(): Promise<Finding[]> {
  const facts = await findFacts()
  return [
    checkVersion(facts),
    ...(await checkClock(facts)),
    ...(await checkRestore()),
    ...(await checkIndexes()),
    ...(await checkExpiry(facts)),
    await checkPasswords(),
  ]
}

function checkVersion({ version, isEmbedded }: Facts): Finding {
  const finding = findingsOf('database')
  const name = isEmbedded ? 'the embedded engine' : 'MongoDB'
  return parseFloat(version) >= OLDEST
    ? finding('ok', `It answers: ${name}, version ${version}.`)
    : finding('wrong', `${name} ${version} is too old.`, `Use MongoDB ${OLDEST} or newer.`)
}

async function checkClock({ isEmbedded }: Facts): Promise<Finding[]> {
  const finding = findingsOf('clock')
  const asked = Date.now()
  const { localTime } = (await admin({ hello: 1 })) as { localTime?: Date }
  if (isEmbedded || !localTime) {
    return [] // this machine's own
  } else {
    const apart = Math.abs(localTime.getTime() - (asked + Date.now()) / 2)
    const says = `The clocks of this machine and the database are ${(apart / 1000).toFixed(1)} s apart.`
    const todo = 'Let both take the time from the network (NTP): sessions and links end by it.'
    if (apart < CLOCK_WARNING) {
      return [finding('ok', says)]
    } else {
      return [finding(apart < CLOCK_WRONG ? 'warning' : 'wrong', says, todo)]
    }
  }
}

async function checkIndexes(): Promise<Finding[]> {
  const finding = findingsOf('indexes')
  const missing = await findMissingIndexes()
  const isEmpty = missing.length > 0 && (await mongoose.connection.listCollections()).length === 0
  if (missing.length === 0) {
    return [finding('ok', 'All are there.')]
  } else if (isEmpty) {
    return [
      finding('warning', 'The database is empty.', 'Start the site once: it builds the indexes.'),
    ]
  } else {
    const todo =
      'Start the site anew: it builds what is missing. One that is there in another form has to be dropped first.'
    return missing.map((index) => finding('wrong', `The index ${index} is not there.`, todo))
  }
}

async function checkRestore(): Promise<Finding[]> {
  const finding = findingsOf('restore')
  const todo = 'If none runs any more: npx sesame restore FILE --replace'
  return (await isRestoreUnfinished())
    ? [finding('wrong', 'A restore is under way, or was cut off.', todo)]
    : []
}

async function checkPasswords(): Promise<Finding> {
  const finding = findingsOf('passwords')
  const count = await countBareMd5()
  return count === 0
    ? finding('ok', 'No password is kept as a bare md5.')
    : finding(
        'warning',
        `${count} passwords are kept as a bare md5, which a stolen database gives away.`,
        'npx sesame password upgrade',
      )
}
