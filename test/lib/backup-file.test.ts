// The file of a backup: every type comes back as it was, and a file that is not whole is noticed by whoever reads it to its end.
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { BSON, Decimal128, Double, Int32, Long, ObjectId } from 'mongodb'
import { describe, expect, it } from 'vitest'
import { documentIn, readBackup, writeBackup } from '../../lib/backup-file.ts'

const head = { createdAt: new Date('2026-11-26T12:00:00Z'), database: 'sesame', pepper: null }
const people = ['ann', 'bob', 'eve'].map((username) => ({
  collection: 'users',
  document: { _id: new ObjectId(), username },
}))

describe('A backup', () => {
  it('holds each document with its types, whatever its strings and keys are', async () => {
    const document = {
      _id: new ObjectId(),
      text: 'line\r\nbreak \u2028 \uD800 \uFEFF \0 "}',
      $weird: { 'a.b': null, __proto__: 1, constructor: [] },
      numbers: [new Int32(1), new Double(1), Long.fromString('9007199254740993')],
      price: Decimal128.fromString('1.10'),
      at: [new Date(0), new Date(-1), new Date('+012026-01-01T00:00:00Z')],
      pattern: /a/i,
      large: 'x'.repeat(1024 * 1024),
    }

    const { read } = await readAll(await textOf([{ collection: 'users', document }]))

    // Compared as the database would see them.
    const bytes = [read[0] ?? {}, document].map((one) => Buffer.from(BSON.serialize(one)))
    expect(bytes[0]?.equals(bytes[1] ?? Buffer.alloc(0))).toBe(true)
  })

  it('tells what it is before the first document', async () => {
    const { head: first } = await readBackup(bytesOf(await textOf(people)))

    expect(first).toEqual({ ...head, version: 1 })
  })

  it.each<[string, (lines: string[]) => string[]]>([
    ['nothing at all', () => []],
    ['rows of something else', () => ['username,password', 'ann,x']],
    ['no head', (lines) => lines.slice(1)],
    ['no end', (lines) => lines.slice(0, -1)],
    ['a document less', (lines) => lines.toSpliced(2, 1)],
    ['a document more', (lines) => lines.toSpliced(2, 0, lines[2] ?? '')],
    ['two documents in another order', ([a = '', b = '', c = '', ...rest]) => [a, c, b, ...rest]],
    ['another letter', (lines) => lines.map((line) => line.replace('bob', 'rob'))],
    ['something after its end', (lines) => [...lines, lines[1] ?? '']],
    [
      'half of a line at its end',
      (lines) => [...lines.slice(0, -1), (lines.at(-1) ?? '').slice(9)],
    ],
    ['a newer form', (lines) => lines.map((line) => line.replace('"1"', '"2"'))],
    ['another count', (lines) => lines.map((line) => line.replace('"3"', '"4"'))],
  ])('with %s is no whole backup', async (_what, change) => {
    const lines = (await textOf(people)).trimEnd().split('\n')
    const changed = change(lines)
      .map((line) => `${line}\n`)
      .join('')

    expect((await readAll(lines.join('\n'))).read).toHaveLength(3)
    await expect(readAll(changed)).rejects.toThrow(/^It (is|has|was) .*\.$/)
  })

  it('whose end fits but whose document is none is refused where that is read', async () => {
    const [first = ''] = (await textOf(people)).split('\n')
    const text = `${first}\n{"users":{"_id":}}\n`
    const foot = { counts: { users: 1 }, sha256: createHash('sha256').update(text).digest('hex') }

    await expect(readAll(`${text}${JSON.stringify({ end: foot })}\n`)).rejects.toThrow('damaged')
  })
})

async function textOf(documents: { collection: string; document: BSON.Document }[]) {
  return (await Readable.from(writeBackup(head, Readable.from(documents))).toArray()).join('')
}

function bytesOf(text: string): AsyncIterable<Uint8Array> {
  return Readable.from(text === '' ? [] : [Buffer.from(text)])
}

async function readAll(text: string) {
  const { entries } = await readBackup(bytesOf(text))
  const read: BSON.Document[] = []
  for await (const entry of entries) read.push(documentIn(entry))
  return { read }
}
