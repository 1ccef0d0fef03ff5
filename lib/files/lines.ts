// Lines of a stream of bytes, one at a time: however long the stream is, only one line of it is held.

export type Line = { number: number; text: string } | { number: number; problem: LineProblem }
export type LineProblem = 'line-too-long' | 'not-utf-8'

export const MAX_LINE_LENGTH = 64 * 1024 // bytes

const NEWLINE = 0x0a
const RETURN = 0x0d
const BYTE_ORDER_MARK = '\uFEFF'

/** The lines, counted from one, without their ends: LF, CRLF or CR, also mixed. One that is too long or no UTF-8 comes as a problem, and the next goes on. */
export async function* readLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  let number = 0
  let parts: Buffer[] = []
  let length = 0
  const finish = (): Line => {
    const line = lineOf(++number, parts, length)
    parts = []
    length = 0
    return line
  }
  // Of a line that is too long only the length is kept.
  const keep = (part: Buffer) => {
    length += part.length
    if (length <= MAX_LINE_LENGTH) parts.push(part)
  }
  let isAfterReturn = false
  for await (const chunk of bytes) {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    let from = 0
    for (const [at, byte] of buffer.entries()) {
      const isEnd = byte === RETURN || byte === NEWLINE
      if (isEnd && byte === NEWLINE && isAfterReturn) {
        from = at + 1 // the second half of a CRLF, which two chunks may share
      } else if (isEnd) {
        keep(buffer.subarray(from, at))
        yield finish()
        from = at + 1
      }
      isAfterReturn = byte === RETURN
    }
    if (from < buffer.length) keep(buffer.subarray(from))
  }
  if (length > 0) yield finish()
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function lineOf(number: number, parts: Buffer[], length: number): Line {
  if (length > MAX_LINE_LENGTH) return { number, problem: 'line-too-long' }
  try {
    const text = decoder.decode(Buffer.concat(parts))
    const withoutMark = number === 1 && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text
    return { number, text: withoutMark }
  } catch {
    return { number, problem: 'not-utf-8' }
  }
}
