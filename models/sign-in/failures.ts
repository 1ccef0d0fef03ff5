// What failed at an account: told to its owner, exported on request, and forgotten with the account.
import { forgetRows, readRow, type Row } from './counters.ts'

/** What failed at an account since its owner last signed in. */
export type Failures = { count: number; last: Date }

/** What a counter's row tells of failures. */
export function failuresOf(row: Row | undefined): Failures | undefined {
  return row?.failures && row.last ? { count: row.failures, last: row.last } : undefined
}

/** What failed at an account since its owner last signed in, without ending the row. */
export async function findFailures(userId: string): Promise<Failures | undefined> {
  return failuresOf(await readRow(['account', userId]))
}

/** Forget what was counted of an account that is gone. */
export async function forgetAttempts(userId: string): Promise<void> {
  await forgetRows(['account', userId], ['name', `account ${userId} `])
}
