// Documents in a stream of bytes, each with a name around it: a BSON document whose one field is the other, as bsondump reads it.

export type Named = { name: string; bson: Uint8Array }
/** Also with all its bytes. The document is not looked into. */
export type Frame = Named & { bytes: Buffer }

/** Thrown where the bytes are no such documents, or the last one is cut off. */
export class BrokenFrame extends Error {}

const MAX_LENGTH = 17 * 1024 * 1024 // bytes: MongoDB's largest document, and what is around it
const MIN_LENGTH = 4 + 1 + 1 + 5 + 1 // bytes: length, type, the end of an empty name, an empty document, the end
const LENGTH = 4 // bytes that say how long a document is
const EMBEDDED = 3 // BSON's type of a document within another one

/** The bytes of a document with its name around it. */
export function wrap({ name, bson }: Named): Buffer {
  const field = Buffer.from(`\0\0\0\0${String.fromCharCode(EMBEDDED)}${name}\0`)
  field.writeInt32LE(field.length + bson.length + 1)
  return Buffer.concat([field, bson, Buffer.alloc(1)])
}

/** The wrapped documents of a stream, one at a time: however long it is, little more than one of them is held. Throws BrokenFrame. */
export async function* readFrames(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  let parts: Uint8Array[] = []
  let held = 0
  let needed = LENGTH
  for await (const chunk of bytes) {
    parts.push(chunk)
    held += chunk.length
    if (held >= needed) {
      let rest = Buffer.concat(parts)
      for (needed = lengthOf(rest); rest.length >= needed; needed = lengthOf(rest)) {
        yield unwrapped(rest.subarray(0, needed))
        rest = rest.subarray(needed)
      }
      parts = [rest]
      held = rest.length
    }
  }
  if (held > 0) throw new BrokenFrame('The last document is cut off')
}

// A length that can't be is noticed at once: to wait for so many bytes would fill the memory.
function lengthOf(rest: Buffer): number {
  const length = rest.length < LENGTH ? MIN_LENGTH : rest.readInt32LE()
  if (length < MIN_LENGTH || length > MAX_LENGTH) throw new BrokenFrame('It is no document')
  return length
}

function unwrapped(bytes: Buffer): Frame {
  const end = bytes.indexOf(0, LENGTH + 1)
  if (bytes[LENGTH] !== EMBEDDED || end === -1) throw new BrokenFrame('It is no document')
  const name = bytes.toString('utf8', LENGTH + 1, end)
  return { name, bson: bytes.subarray(end + 1, -1), bytes }
}
