// The rows of a file of users: none is lost, whatever ends its lines and wherever a chunk of the file ends.
import { describe, expect, it } from 'vitest'
import { readRows, UnreadableFile, type Format, type Row } from '../../../lib/files/rows.ts'

const ENDS = { LF: '\n', CRLF: '\r\n', CR: '\r' }
const MIXED = ['\r', '\n', '\r\n', '\r', '\r\n', '\n']

describe('readRows', () => {
  it.each([...Object.entries(ENDS), ['mixed', undefined]])(
    'finds every row of a CSV file whose lines end with %s',
    async (_name, end) => {
      const rows = ['username,note', 'a,1', '"b",2', '"c","3"', 'd,4', 'e,5']
      const text = rows.map((row, index) => row + (end ?? MIXED[index] ?? '')).join('')

      for (const content of [text, `\uFEFF${text}`, text.trimEnd()]) {
        for (const size of [1, 2, 3, 1000]) {
          const found = await read(content, size)
          expect(found.map(nameIn)).toEqual(['a', 'b', 'c', 'd', 'e'])
          expect(found.map(({ number }) => number)).toEqual([2, 3, 4, 5, 6])
        }
      }
    },
  )

  it.each(Object.entries(ENDS))('keeps a %s inside quotes in its field', async (_name, end) => {
    const text = ['username,note', `a,"one${end}two"`, 'b,3', `"c${end}""d""",4`, 'e,5'].join(end)

    const found = await read(text, 1)

    expect(found.map(nameIn)).toEqual(['a', 'b', 'c\n"d"', 'e'])
    expect(found.map(({ number }) => number)).toEqual([2, 4, 5, 7])
  })

  it.each(Object.entries(ENDS))(
    'finds every row of JSON lines that end with %s',
    async (_n, end) => {
      const text = ['{"username":"a"}', '', '{"username":"b"}', '{"username":"c"}'].join(end)

      for (const format of ['jsonl', undefined] as const) {
        expect((await read(text, 1, format)).map(nameIn)).toEqual(['a', 'b', 'c'])
      }
    },
  )

  it.each<[string, string, Format | undefined]>([
    ['nothing', '', undefined],
    ['nothing', '', 'csv'],
    ['nothing', '', 'jsonl'],
    ['a byte order mark', '\uFEFF', undefined],
    ['empty lines', '\r\n\n\r \t\n', 'jsonl'],
    ['empty lines', '\r\n\n\r \t\n', 'csv'],
    ['the names of the columns', 'username,password', 'csv'],
    ['the names of the columns and empty lines', 'username,password\r\r\r', undefined],
  ])('refuses a file that holds only %s: %j as %s', async (_what, content, format) => {
    await expect(read(content, 1000, format)).rejects.toThrow(
      new UnreadableFile(
        'There is no row in the file. JSON has one on each line, CSV on each line after that of the names.',
      ),
    )
  })

  it.each(['utf16le', 'utf16be'])('refuses %s, which spreadsheets call Unicode', async (kind) => {
    const content = Buffer.from('\uFEFFusername\tpassword\r\na\tb\r\n', 'utf16le')
    if (kind === 'utf16be') content.swap16()

    for (const size of [1, 2, 1000]) {
      await expect(read(content, size)).rejects.toThrow(
        new UnreadableFile('The file is UTF-16. Save it as UTF-8.'),
      )
    }
  })
})

const nameIn = (row: Row) => ('fields' in row ? row.fields.username : row.problem)

async function read(content: string | Buffer, size: number, format?: Format): Promise<Row[]> {
  const rows: Row[] = []
  for await (const row of readRows(inChunks(Buffer.from(content), size), format)) rows.push(row)
  return rows
}

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) {
    yield await Promise.resolve(bytes.subarray(from, from + size))
  }
}
