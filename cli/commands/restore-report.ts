// What became of a backup that was restored, in sentences.
import type { Restored } from '../../models/operator/restore.ts'
import { counted, plain, print, printError, timeOf } from '../terminal.ts'

/** Print how many people are back, who had to give something up, and that all sessions have ended. */
export async function printRestoreReport(
  { counts, conflicts, leftOut }: Restored,
  createdAt: Date,
): Promise<void> {
  await print(`${counted(counts.users ?? 0, 'user')} restored as of ${timeOf(createdAt)}.`)
  const list = (names: string[]) => names.map(plain).join(', ')
  const { dropped, withoutAddress } = conflicts
  if (dropped.length > 0)
    printError(`Left out, for somebody had their name later: ${list(dropped)}`)
  if (withoutAddress.length > 0)
    printError(`Without their address, for somebody had it later: ${list(withoutAddress)}`)
  if (leftOut > 0) printError(`${counted(leftOut, 'document')} of people who are gone left out.`)
  printError('All sessions and mailed links have ended: everybody signs in again.')
}
