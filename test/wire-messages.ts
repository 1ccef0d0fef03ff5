// Messages between the driver and a MongoDB, as bytes: the one command or answer in each of them is read and replaced.
import type { Socket } from 'node:net'
import { BSON, type Document } from 'mongodb'

const OP_REPLY = 1
const OP_QUERY = 2004 // only for a driver's first words
const OP_MSG = 2013
const HEADER = 16 // bytes: length, number of the message, number of the one that it answers, kind
const BEFORE_QUERY = HEADER + 4 + 'admin.$cmd\0'.length + 4 + 4
const BEFORE_MSG = HEADER + 4 + 1
const BEFORE_REPLY = HEADER + 20

/** The messages that come through a socket, until it ends. Throws where it breaks. */
export async function* messagesFrom(socket: Socket): AsyncGenerator<Buffer, undefined> {
  let bytes = Buffer.alloc(0)
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    bytes = Buffer.concat([bytes, chunk])
    while (bytes.length >= HEADER && bytes.length >= bytes.readInt32LE()) {
      const length = bytes.readInt32LE()
      yield bytes.subarray(0, length)
      bytes = bytes.subarray(length)
    }
  }
}

/** The command or the answer in a message. */
export function bodyOf(message: Buffer): Document {
  const start = startOf(message)
  const length = message.readInt32LE(start)
  return BSON.deserialize(message.subarray(start, start + length), { promoteLongs: false })
}

/** The same message with another body. */
export function withBody(message: Buffer, body: Document): Buffer {
  const start = startOf(message)
  const rest = message.subarray(start + message.readInt32LE(start))
  return withLength([message.subarray(0, start), BSON.serialize(body), rest])
}

/** The message that answers another one. */
export function answerTo(message: Buffer, body: Document): Buffer {
  const isQuery = kindOf(message) === OP_QUERY
  const head = Buffer.alloc(isQuery ? BEFORE_REPLY : BEFORE_MSG)
  head.writeInt32LE(message.readInt32LE(4), 8)
  head.writeInt32LE(isQuery ? OP_REPLY : OP_MSG, 12)
  if (isQuery) head.writeInt32LE(1, HEADER + 16) // one document
  return withLength([head, BSON.serialize(body)])
}

function withLength(parts: Uint8Array[]): Buffer {
  const message = Buffer.concat(parts)
  message.writeInt32LE(message.length)
  return message
}

function kindOf(message: Buffer): number {
  return message.readInt32LE(12)
}

function startOf(message: Buffer): number {
  const kind = kindOf(message)
  return kind === OP_QUERY ? BEFORE_QUERY : kind === OP_REPLY ? BEFORE_REPLY : BEFORE_MSG
}
