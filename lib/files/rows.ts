// The rows of a file, JSON lines or CSV, as fields by their names; how a row is read depends on the file, what it means does not.
import { readRecords, type RecordProblem } from './csv.ts'
import { readLines, type Line } from './lines.ts'

export type Format = 'jsonl' | 'csv'
export type Row =
  | { number: number; fields: Record<string, unknown> }
  | { number: number; problem: RecordProblem | 'not-json' | 'column-count' }

/** Thrown where a file as a whole can't be read as rows. The message is a sentence. */
export class UnreadableFile extends Error {}

/** The format that a file's name tells, undefined if it tells none. */
export function formatOf(name: string): Format | undefined {
  if (/\.csv$/i.test(name)) return 'csv'
  return /\.(jsonl|ndjson|json)$/i.test(name) ? 'jsonl' : undefined
}

/** The rows, at least one, read as they are asked for. Without a format the first line tells it. Throws UnreadableFile. */
export async function* readRows(
  bytes: AsyncIterable<Uint8Array>,
  format?: Format,
): AsyncGenerator<Row> {
  let isEmpty = true
  for await (const row of readFormat(bytes, format)) {
    isEmpty = false
    yield row
  }
  if (isEmpty) {
    throw new UnreadableFile(
      'There is no row in the file. JSON has one on each line, CSV on each line after that of the names.',
    )
  }
}

async function* readFormat(bytes: AsyncIterable<Uint8Array>, format: Format | undefined) {
  const lines = readLines(checked(bytes))
  const begin: Line[] = []
  // The first line that is not empty, so that the format is known before anything is read by it.
  for (let next = await lines.next(); !next.done; next = await lines.next()) {
    begin.push(next.value)
    if ('problem' in next.value || next.value.text.trim() !== '') break
  }
  const first = begin.at(-1)
  const text = first && 'text' in first ? first.text.trim() : ''
  if (text.startsWith('[')) {
    throw new UnreadableFile(
      'The file is one JSON array. Write one document a line instead (mongoexport does without --jsonArray; jq -c ".[]" turns it).',
    )
  }
  const isJson = format === 'jsonl' || (format === undefined && text.startsWith('{'))
  yield* (isJson ? readJsonLines : readCsv)(joined(begin, lines))
}

// The first two bytes may come in two chunks.
async function* checked(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let mark = ''
  for await (const chunk of bytes) {
    if (mark.length < 4) {
      mark += Buffer.from(chunk.subarray(0, 2)).toString('hex')
      if (/^(fffe|feff)/.test(mark)) {
        throw new UnreadableFile('The file is UTF-16. Save it as UTF-8.')
      }
    }
    yield chunk
  }
}

async function* joined(begin: Line[], rest: AsyncIterable<Line>): AsyncGenerator<Line> {
  yield* begin
  yield* rest
}

async function* readJsonLines(lines: AsyncIterable<Line>): AsyncGenerator<Row> {
  for await (const line of lines) {
    if ('problem' in line) {
      yield line
    } else if (line.text.trim() !== '') {
      const fields = objectIn(line.text)
      const { number } = line
      yield fields ? { number, fields } : { number, problem: 'not-json' }
    }
  }
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

async function* readCsv(lines: AsyncIterable<Line>): AsyncGenerator<Row> {
  let names: string[] | undefined
  for await (const record of readRecords(lines)) {
    if (names === undefined) {
      names = 'fields' in record ? record.fields.map((name) => name.trim()) : []
      if (!names.includes('username')) {
        throw new UnreadableFile(
          'The first line of a CSV file names its columns, and there is no "username" among them.',
        )
      }
    } else if ('problem' in record) {
      yield record
    } else if (record.fields.length !== names.length) {
      yield { number: record.number, problem: 'column-count' }
    } else {
      const { number, fields } = record
      yield { number, fields: Object.fromEntries(names.map((name, i) => [name, fields[i]])) }
    }
  }
}
