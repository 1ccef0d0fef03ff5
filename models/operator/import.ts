// Users of another site, taken over row by row: each is one document written at once with its keys, or not at all.
import { batches } from '../../lib/batches.ts'
import type { Row } from '../../lib/files/rows.ts'
import { findClaims, insertUsers, rehearse, type Claim, type Insert } from './import/batch.ts'
import { readUser, unknownFields, type NewUser, type RefusalReason } from './import/row.ts'

const BATCH = 1000 // rows
const MAX_ROUNDS = 5 // of looking up and writing, for users whom others write in the same moment
const MAX_UNKNOWN = 100 // fields that are named in the report: a file may hold others in each row

export type Refused = { line: number; reason: RefusalReason; username?: string }
export type ImportReport = {
  rows: number
  taken: number
  skipped: number
  refused: number
  withoutEmail: number
  reasons: Record<string, number>
  unknownFields: string[]
  /** True if it was stopped before the last row. */
  stopped: boolean
}
type Options = {
  /** The operator vouches for the addresses. */
  verified: boolean
  /** Only find out what would become of each row. */
  dryRun: boolean
  signal: AbortSignal
  onRefused: (refused: Refused) => Promise<void> | void
  onBatch: (report: ImportReport) => void
}
type Candidate = { line: number; user: NewUser }
type Settled = Candidate & { outcome: Claim | 'taken' }

/** Take the rows over, a batch at a time. Stopped or cut off, it is done again from the first row: what was taken is skipped. */
export async function importUsers(
  rows: AsyncIterable<Row>,
  options: Options,
): Promise<ImportReport> {
  const report = emptyReport()
  const insert = options.dryRun ? rehearse() : insertUsers
  const now = new Date()
  for await (const batch of batches(rows, BATCH)) {
    const refused: Refused[] = []
    const candidates: Candidate[] = []
    for (const row of batch) {
      noteUnknown(report, row)
      const read = readUser(row, now)
      if (read.ok) candidates.push({ line: row.number, user: vouched(read.user, options, now) })
      else refused.push({ line: row.number, reason: read.reason })
    }
    for await (const { line, user, outcome } of settle(candidates, insert)) {
      if (outcome === 'taken') count(report, user)
      else if (outcome === 'same') report.skipped++
      else refused.push({ line, reason: outcome, username: user.username })
    }
    for (const one of refused.sort((a, b) => a.line - b.line)) {
      report.refused++
      report.reasons[one.reason] = (report.reasons[one.reason] ?? 0) + 1
      await options.onRefused(one)
    }
    report.rows += batch.length
    options.onBatch(report)
    report.stopped = options.signal.aborted
    if (report.stopped) break
  }
  return report
}

function emptyReport(): ImportReport {
  const counts = { rows: 0, taken: 0, skipped: 0, refused: 0, withoutEmail: 0 }
  return { ...counts, reasons: {}, unknownFields: [], stopped: false }
}

function noteUnknown({ unknownFields: known }: ImportReport, row: Row): void {
  for (const name of unknownFields(row)) {
    if (!known.includes(name) && known.length < MAX_UNKNOWN) known.push(name)
  }
}

function vouched(user: NewUser, { verified }: Options, now: Date): NewUser {
  return verified && user.email !== undefined ? { ...user, emailVerifiedAt: now } : user
}

function count(report: ImportReport, { email }: NewUser): void {
  report.taken++
  if (email === undefined) report.withoutEmail++
}

// Users who are there already are found before writing; those who came meanwhile, or earlier in the batch, by the unique index.
async function* settle(batch: Candidate[], insert: Insert): AsyncGenerator<Settled> {
  let left = batch
  for (let round = 1; left.length > 0; round++) {
    const claims = await findClaims(left.map(({ user }) => user))
    const last: Claim | undefined = round > MAX_ROUNDS ? 'username-taken' : undefined
    const judged = left.map((one) => ({ ...one, claim: claims(one.user) ?? last }))
    for (const { claim, ...one } of judged) if (claim) yield { ...one, outcome: claim }
    const free = judged.filter(({ claim }) => claim === undefined)
    const unwritten = await insert(free.map(({ user }) => user))
    left = []
    for (const [index, { line, user }] of free.entries()) {
      const why = unwritten.get(index)
      if (why === 'look again') left.push({ line, user })
      else yield { line, user, outcome: why ?? 'taken' }
    }
  }
}
