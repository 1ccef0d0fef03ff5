// The records of a CSV file (RFC 4180), each with its line number; a record that is broken costs itself alone, not the rest.
import { parse } from 'csv-parse/sync'
import type { Line, LineProblem } from './lines.ts'

export type CsvRecord =
  | { number: number; fields: string[] }
  | { number: number; problem: RecordProblem }
export type RecordProblem = 'not-csv' | LineProblem

const MAX_LINES = 50 // of one record: a quoted field may hold line breaks

/** The records, with the delimiter that the header suggests. Empty lines are none. */
export async function* readRecords(lines: AsyncIterable<Line>): AsyncGenerator<CsvRecord> {
  let delimiter: string | undefined
  let open: { number: number; text: string }[] = [] // the lines of a record whose quotes are not closed yet
  const take = function* (isLast: boolean): Generator<CsvRecord> {
    while (open.length > 0) {
      const [first = { number: 0, text: '' }] = open
      delimiter ??= delimiterOf(first.text)
      const count = closedAfter(open)
      if (count === 0 && !isLast && open.length < MAX_LINES) return
      const fields = count > 0 ? parseRecord(open.slice(0, count), delimiter) : undefined
      const { number } = first
      yield fields ? { number, fields } : { number, problem: 'not-csv' }
      open = open.slice(fields ? count : 1) // quotes that make no sense: the lines after them are looked at anew
    }
  }
  for await (const line of lines) {
    if ('problem' in line) {
      yield* take(true)
      yield line
    } else if (open.length > 0 || line.text.trim() !== '') {
      open.push(line)
      yield* take(false)
    }
  }
  yield* take(true)
}

// Some spreadsheets write semicolons where the comma is the decimal mark.
function delimiterOf(header: string): string {
  return [',', ';', '\t'].find((one) => header.includes(one)) ?? ','
}

// How many of the lines make a record: quotes come in pairs. 0 if they are not paired yet.
function closedAfter(lines: { text: string }[]): number {
  let quotes = 0
  for (const [index, { text }] of lines.entries()) {
    quotes += text.split('"').length - 1
    if (quotes % 2 === 0) return index + 1
  }
  return 0
}

function parseRecord(lines: { text: string }[], delimiter: string): string[] | undefined {
  try {
    const text = lines.map(({ text }) => text).join('\n')
    const options = { delimiter, record_delimiter: '\n', relax_column_count: true }
    const [record, ...others] = parse(text, options)
    return others.length === 0 ? record : undefined
  } catch {
    return undefined
  }
}
