// `sesame import FILE`: the users of another site, with their md5 passwords, from JSON lines or CSV.
import { createReadStream } from 'node:fs'
import { open, realpath, stat } from 'node:fs/promises'
import type { Command } from 'commander'
import { startProgress } from '../progress.ts'
import { formatOf, readRows, UnreadableFile } from '../../lib/files/rows.ts'
import { requireFreeBytes } from '../../models/database/disk.ts'
import { importUsers, type Refused } from '../../models/operator/import.ts'
import { withDatabase } from '../database.ts'
import { MAX_SHOWN, printImportReport } from './import-report.ts'
import { stopSignal } from '../stop-signal.ts'
import { counted, example, EXIT, plainJson, print, Refusal } from '../terminal.ts'

type Options = { dryRun?: boolean; verified?: boolean; report?: string; json?: boolean }

const HELP = `
FILE holds a user a line, as JSON ({"username": …, "password": the md5, "email": …}, as mongoexport writes) or as CSV whose
first line names the columns. "-" reads stdin. A createdAt (ISO date) is kept; other fields are ignored.
Each row is taken as a whole or not at all. Stopped, or run again, it skips what is there already.
The names need not fit the rules for new ones; but none may have characters that nobody can see, and no two may be the same
name or address.`

/** Add the command. */
export function addImport(program: Command): void {
  program
    .command('import')
    .description('Take over the users of another site, with passwords as md5.')
    .argument('<file>', 'JSON lines or CSV; "-" for stdin')
    .option('--dry-run', 'only say what would become of each row')
    .option('--verified', 'you vouch for the addresses: they count as confirmed')
    .option('--report <file>', 'write every refused row to this file, as JSON lines')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', `${HELP}\n${example('import users.csv --dry-run')}`)
    .action(importFile)
}

async function importFile(file: string, options: Options): Promise<void> {
  const { dryRun = false, verified = false, report: reportFile, json } = options
  const source = await openSource(file)
  const refusals = reportFile === undefined ? undefined : await openReport(reportFile, file)
  try {
    await withDatabase(
      async () => {
        if (!dryRun) await requireFreeBytes((source.size ?? 0) * 2) // rows, and their indexes
        const began = Date.now()
        const progress = startProgress(source.size)
        const shown: Refused[] = []
        const report = await importUsers(readRows(source.bytes(), formatOf(file)), {
          verified,
          dryRun,
          signal: stopSignal(),
          onRefused: async (refused) => {
            if (shown.length < MAX_SHOWN) shown.push(refused)
            await refusals?.write(`${plainJson(refused)}\n`)
          },
          onBatch: ({ rows }) => progress.update(source.position(), counted(rows, 'row')),
        }).finally(() => progress.stop())
        const result = { ...report, dryRun, seconds: (Date.now() - began) / 1000 }
        if (json) await print(plainJson({ ...result, refusals: shown }))
        else await printImportReport(result, shown, reportFile)
        if (report.refused > 0) process.exitCode = EXIT.refused
        if (report.stopped) process.exitCode = EXIT.stopped
      },
      { prepare: !dryRun },
    )
  } catch (error) {
    throw error instanceof UnreadableFile ? new Refusal(error.message) : error
  } finally {
    await refusals?.close()
  }
}

// The bytes of the file, and how many of them were read.
async function openSource(file: string) {
  let read = 0
  const size = file === '-' ? undefined : (await stat(file).catch(cantOpen(file))).size
  return {
    size,
    position: () => read,
    bytes: async function* () {
      const stream = file === '-' ? process.stdin : createReadStream(file)
      try {
        for await (const chunk of stream as AsyncIterable<Buffer>) {
          read += chunk.length
          yield chunk
        }
      } catch (error) {
        cantOpen(file)(error)
      }
    },
  }
}

async function openReport(file: string, source: string) {
  // Opening it empties it: what was to be read would be gone.
  if (await isSameFile(file, source)) throw new Refusal('FILE and --report are the same file.')
  return open(file, 'w', 0o600).catch(cantOpen(file)) // it names people
}

async function isSameFile(one: string, other: string): Promise<boolean> {
  const pathOf = (file: string) => realpath(file).catch(() => undefined)
  const path = await pathOf(one)
  return path !== undefined && path === (await pathOf(other))
}

function cantOpen(file: string) {
  return (error: unknown): never => {
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException
    throw new Refusal(`${file} can't be opened (${code}).`)
  }
}
