// What stands in the file of a backup: BSON documents, the first says what it is, the last that nothing is missing.
import { createHash, type Hash } from 'node:crypto'
import { BSON } from 'mongodb'
import { BrokenFrame, readFrames, wrap, type Frame, type Named } from './bson-frames.ts'

export type Head = {
  version: number
  createdAt: Date
  database: string
  /** Tells whether the pepper is the same; null if none was set. */
  pepper: string | null
}
export type Counts = Record<string, number>
/** A document under its collection's name, as its bytes: it is passed on as it is, and looked into only where it has to be. */
export type Entry = Named

/** Thrown for a file that is no whole backup. The message is a sentence. */
export class UnreadableBackup extends Error {}

const VERSION = 1
const HEAD = 'sesame-backup'
const FOOT = 'end'
const CHUNK = 64 * 1024 // bytes that are compressed at once

/** The bytes of a backup, a piece at a time, of documents as they come. */
export async function* writeBackup(
  head: Omit<Head, 'version'>,
  entries: AsyncIterable<Entry>,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  const counts: Counts = {}
  let parts = [wrap({ name: HEAD, bson: BSON.serialize({ version: VERSION, ...head }) })]
  let length = 0
  for await (const entry of entries) {
    counts[entry.name] = (counts[entry.name] ?? 0) + 1
    parts.push(wrap(entry))
    length += entry.bson.length
    if (length >= CHUNK) {
      const chunk = Buffer.concat(parts)
      hash.update(chunk)
      yield chunk
      parts = []
      length = 0
    }
  }
  const last = Buffer.concat(parts)
  yield last
  const sha256 = hash.update(last).digest('hex')
  yield wrap({ name: FOOT, bson: BSON.serialize({ counts, sha256 }) })
}

/**
 * Read a backup: its head at once, its documents as they are asked for. Throws UnreadableBackup, also after the last document,
 * where it turns out that some are missing or changed.
 */
export async function readBackup(
  bytes: AsyncIterable<Uint8Array>,
): Promise<{ head: Head; entries: AsyncGenerator<Entry> }> {
  const frames = framesOf(bytes)
  const first = await frames.next()
  if (first.done || first.value.name !== HEAD) {
    throw new UnreadableBackup('It is no backup of such a site.')
  }
  const head = valueIn(first.value.bson) as Head
  if (head.version !== VERSION) {
    throw new UnreadableBackup(
      `It has the form ${String(head.version)}, and this version of the site reads ${VERSION}.`,
    )
  }
  return { head, entries: readEntries(frames, createHash('sha256').update(first.value.bytes)) }
}

/** The document of an entry, with each type as it was. Throws UnreadableBackup. */
export function documentIn({ bson }: Entry): BSON.Document {
  return valueIn(bson, { promoteValues: false })
}

async function* readEntries(frames: AsyncGenerator<Frame>, hash: Hash): AsyncGenerator<Entry> {
  const counts: Counts = {}
  for await (const entry of frames) {
    if (entry.name === FOOT) {
      const foot = valueIn(entry.bson) as { counts: Counts; sha256: string }
      // A disk, a transfer or a person may have changed or lost something: gzip alone would not notice all of that.
      const isWhole =
        foot.sha256 === hash.digest('hex') &&
        JSON.stringify(foot.counts) === JSON.stringify(counts) &&
        (await frames.next()).done
      if (!isWhole) throw new UnreadableBackup('It is damaged: its checksum is another one.')
      return
    }
    hash.update(entry.bytes)
    counts[entry.name] = (counts[entry.name] ?? 0) + 1
    yield entry
  }
  throw new UnreadableBackup('It was cut off: its end is missing.')
}

async function* framesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  try {
    yield* readFrames(bytes)
  } catch (error) {
    throw error instanceof BrokenFrame
      ? new UnreadableBackup('It is cut off, damaged, or no backup of such a site.')
      : error
  }
}

function valueIn(bson: Uint8Array, options: BSON.DeserializeOptions = {}): BSON.Document {
  try {
    return BSON.deserialize(bson, options)
  } catch {
    throw new UnreadableBackup('It is damaged: a document can not be read.')
  }
}
