// What became of the rows of an import, in sentences.
import { sesame } from '../../config/paths.ts'
import { wordsOf } from '../../models/operator/import/row.ts'
import type { ImportReport, Refused } from '../../models/operator/import.ts'
import { counted, plain, print, printError } from '../terminal.ts'

export const MAX_SHOWN = 20 // refused rows

type Report = ImportReport & { dryRun: boolean; seconds: number }

/** Print the report: the counts, the first refused rows, and all of them by reason. */
export async function printImportReport(
  report: Report,
  shown: Refused[],
  reportFile: string | undefined,
): Promise<void> {
  const { rows, taken, skipped, refused, withoutEmail, unknownFields, dryRun, seconds } = report
  if (unknownFields.length > 0) {
    printError(`Ignored fields: ${unknownFields.map(plain).join(', ')}.`)
  }
  const speed = seconds >= 1 ? ` (${counted(Math.round(rows / seconds), 'row')} a second)` : ''
  await print(`${counted(rows, 'row')} in ${seconds.toFixed(1)} s${speed}:`)
  await print(`  ${counted(taken, 'user')} ${dryRun ? 'would be ' : ''}taken`)
  await print(`  ${counted(skipped, 'row')} skipped, there already and the same`)
  await print(`  ${counted(refused, 'row')} refused`)
  for (const { line, reason, username } of shown) {
    const whose = username === undefined ? '' : ` (${plain(username)})`
    await print(`    line ${line}${whose}: ${wordsOf(reason)}`)
  }
  if (refused > shown.length) {
    await print(
      `    … ${reportFile === undefined ? '--report FILE writes all of them' : `all of them are in ${reportFile}`}. By reason:`,
    )
    for (const [reason, count] of Object.entries(report.reasons)) {
      await print(`    ${count.toLocaleString('en')} × ${wordsOf(reason)}`)
    }
  }
  if (withoutEmail > 0) {
    await print(`${counted(withoutEmail, 'user')} without an email: no password reset by mail.`)
  }
  if (report.stopped && !dryRun) {
    await print('Stopped before the end. Run it again: what was taken is skipped.')
  }
  await print(closing(report))
}

function closing({ dryRun, taken }: Report): string {
  if (dryRun) return 'This was a dry run: nothing was written.'
  if (taken === 0) return 'Nobody new was taken.'
  return `Their passwords stay bare md5 until "${sesame} password upgrade" or until each signs in.`
}
