// What stands in the file of a backup: lines of canonical EJSON, the first says what it is, the last that nothing is missing.
import { createHash, type Hash } from 'node:crypto'
import { BSON } from 'mongodb'
import { readLines } from './lines.ts'

export type Head = {
  version: number
  createdAt: Date
  database: string
  /** Tells whether the pepper is the same; null if none was set. */
  pepper: string | null
}
export type Counts = Record<string, number>
/** A document as its line, which is read as BSON only where it is needed. */
export type Entry = { collection: string; text: string }

/** Thrown for a file that is no whole backup. The message is a sentence. */
export class UnreadableBackup extends Error {}

const VERSION = 1
const HEAD = 'sesame-backup'
const FOOT = 'end'
const CHUNK = 64 * 1024 // characters that are compressed at once
const LONGEST = 64 * 1024 * 1024 // bytes of a line: MongoDB's largest document, spelt out

/** The text of a backup, a piece at a time, of documents as they come. */
export async function* writeBackup(
  head: Omit<Head, 'version'>,
  documents: AsyncIterable<{ collection: string; document: BSON.Document }>,
): AsyncGenerator<string> {
  const hash = createHash('sha256')
  const counts: Counts = {}
  let chunk = lineOf(HEAD, { version: VERSION, ...head })
  for await (const { collection, document } of documents) {
    counts[collection] = (counts[collection] ?? 0) + 1
    chunk += lineOf(collection, document)
    if (chunk.length >= CHUNK) {
      hash.update(chunk)
      yield chunk
      chunk = ''
    }
  }
  hash.update(chunk)
  yield chunk + lineOf(FOOT, { counts, sha256: hash.digest('hex') })
}

/**
 * Read a backup: its head at once, its documents as they are asked for. Throws UnreadableBackup, also after the last document,
 * where it turns out that some are missing or changed.
 */
export async function readBackup(
  bytes: AsyncIterable<Uint8Array>,
): Promise<{ head: Head; entries: AsyncGenerator<Entry> }> {
  const lines = textsOf(bytes)
  const first = await lines.next()
  const text = first.done ? '' : first.value
  if (nameIn(text) !== HEAD) {
    throw new UnreadableBackup('It is no backup of such a site.')
  } else {
    const head = valueIn(HEAD, text, true) as Head
    if (head.version !== VERSION) {
      throw new UnreadableBackup(
        `It has the form ${String(head.version)}, and this version of the site reads ${VERSION}.`,
      )
    }
    return { head, entries: readEntries(lines, createHash('sha256').update(`${text}\n`)) }
  }
}

/** The document of an entry, with each type as it was. Throws UnreadableBackup. */
export function documentIn({ collection, text }: Entry): BSON.Document {
  return valueIn(collection, text) as BSON.Document
}

function lineOf(name: string, value: object): string {
  return `{"${name}":${BSON.EJSON.stringify(value, { relaxed: false })}}\n`
}

async function* readEntries(lines: AsyncGenerator<string>, hash: Hash): AsyncGenerator<Entry> {
  const counts: Counts = {}
  for await (const text of lines) {
    const collection = nameIn(text)
    if (collection === FOOT) {
      const foot = valueIn(FOOT, text, true) as { counts: Counts; sha256: string }
      // A disk, a transfer or an editor may have changed or lost lines: gzip alone would not notice all of that.
      const isWhole =
        foot.sha256 === hash.digest('hex') &&
        JSON.stringify(foot.counts) === JSON.stringify(counts) &&
        (await lines.next()).done
      if (!isWhole) throw new UnreadableBackup('It is damaged: its checksum is another one.')
      return
    }
    hash.update(`${text}\n`)
    counts[collection] = (counts[collection] ?? 0) + 1
    yield { collection, text }
  }
  throw new UnreadableBackup('It was cut off: its end is missing.')
}

async function* textsOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  for await (const line of readLines(bytes, LONGEST)) {
    if ('problem' in line) throw new UnreadableBackup(`It is damaged at line ${line.number}.`)
    yield line.text
  }
}

function nameIn(text: string): string {
  return /^\{"([\w-]+)":/.exec(text)?.[1] ?? ''
}

function valueIn(name: string, text: string, relaxed = false): unknown {
  try {
    return BSON.EJSON.parse(text.slice(`{"${name}":`.length, -1), { relaxed })
  } catch {
    throw new UnreadableBackup('It is damaged: a line can not be read.')
  }
}
