// The file of a backup: every document comes back as it was, and a file that is not whole is noticed by whoever reads it to its end.
import { Readable } from 'node:stream'
import { BSON, Decimal128, Double, Int32, Long, ObjectId } from 'mongodb'
import { describe, expect, it } from 'vitest'
import { documentIn, readBackup, UnreadableBackup, writeBackup } from '../../../lib/files/backup.ts'
import { readFrames, type Frame } from '../../../lib/files/bson-frames.ts'

const head = { createdAt: new Date('2026-11-26T12:00:00Z'), database: 'sesame', pepper: null }
const people = ['ann', 'bob', 'eve'].map((username) => ({ _id: new ObjectId(), username }))
// Bytes that begin with a length which no document has.
const NONE = Buffer.from([0xff, 0xff, 0xff, 0x7f, 3])

describe('A backup', () => {
  it('holds each document byte by byte, whatever it is', async () => {
    const document = {
      _id: new ObjectId(),
      text: 'line\r\nbreak \u2028 \uFEFF \0 "}',
      $weird: { 'a.b': null, __proto__: 1, constructor: [] },
      numbers: [new Int32(1), new Double(1), Long.fromString('9007199254740993')],
      price: Decimal128.fromString('1.10'),
      at: [new Date(0), new Date(-1), new Date('+012026-01-01T00:00:00Z')],
      pattern: /a/i,
      large: 'x'.repeat(1024 * 1024),
    }

    const [read = {}] = await readAll(Buffer.concat(await framesOf([document])))

    // Compared as the database would see them.
    expect(Buffer.compare(BSON.serialize(read), BSON.serialize(document))).toBe(0)
  })

  it('tells what it is before the first document', async () => {
    const { head: first } = await readBackup(Readable.from([(await framesOf(people))[0]]))

    expect(first).toEqual({ ...head, version: 1 })
  })

  it.each<[string, (frames: Buffer[]) => Buffer[]]>([
    ['nothing at all', () => []],
    ['rows of something else', () => [Buffer.from('username,password\nann,x\n')]],
    ['a few bytes', () => [Buffer.from([9])]],
    ['no head', (frames) => frames.slice(1)],
    ['no end', (frames) => frames.slice(0, -1)],
    ['a document less', (frames) => frames.toSpliced(2, 1)],
    ['a document more', (frames) => frames.toSpliced(2, 0, ...frames.slice(2, 3))],
    ['two documents in another order', ([a = NONE, b = NONE, c = NONE, ...d]) => [a, c, b, ...d]],
    ['another letter', (frames) => frames.map((frame) => edited(frame, 'bob', 'rob'))],
    ['something after its end', (frames) => [...frames, ...frames.slice(1, 2)]],
    ['half a document at its end', (frames) => [...frames.slice(0, -1), NONE.subarray(1)]],
    ['a length of its documents that can not be', (frames) => [...frames.slice(0, 2), NONE]],
    [
      'a newer form',
      (frames) => frames.map((frame) => edited(frame, 'version\0\x01', 'version\0\x02')),
    ],
    [
      'another count',
      (frames) =>
        frames.map((frame) => edited(frame, 'users\0\x03\0\0\0\0', 'users\0\x04\0\0\0\0')),
    ],
  ])('with %s is no whole backup', async (_what, change) => {
    const frames = await framesOf(people)

    expect(await readAll(Buffer.concat(frames))).toHaveLength(3)
    await expect(readAll(Buffer.concat(change(frames)))).rejects.toThrow(/^It (is|has|was) .*\.$/)
    await expect(readAll(Buffer.concat(change(frames)))).rejects.toThrow(UnreadableBackup)
  })
})

function edited(frame: Buffer, from: string, to: string): Buffer {
  return Buffer.from(frame.toString('latin1').replace(from, to), 'latin1')
}

// Head, documents and end, each by itself.
async function framesOf(documents: BSON.Document[]): Promise<Buffer[]> {
  const entries = documents.map((one) => ({ name: 'users', bson: BSON.serialize(one) }))
  const frames = readFrames(writeBackup(head, Readable.from(entries)))
  return (await Readable.from(frames).toArray()).map(({ bytes }: Frame) => bytes)
}

// In pieces that end anywhere.
async function readAll(bytes: Buffer): Promise<BSON.Document[]> {
  const pieces = Array.from({ length: Math.ceil(bytes.length / 7777) }, (_, i) =>
    bytes.subarray(i * 7777, (i + 1) * 7777),
  )
  const { entries } = await readBackup(Readable.from(pieces))
  const read: BSON.Document[] = []
  for await (const entry of entries) read.push(documentIn(entry))
  return read
}
