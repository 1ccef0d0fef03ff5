// A mail server of one's own: takes mails over SMTP, or refuses them, and tells what arrived.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'

export type Arrived = {
  from: string
  to: string[]
  isEncrypted: boolean
  headers: Record<string, string>
  text: string
  html: string
}

export type Stage = 'greeting' | 'MAIL FROM' | 'RCPT TO' | 'DATA'

export type MailServer = {
  port: number
  /** What arrived so far. */
  arrived: Arrived[]
  /** The status, and perhaps the text, that it answers at this stage from now on; 250 takes everything. */
  answer: (status: number, stage?: Stage, text?: string) => void
  close: () => Promise<void>
}

/** Open a server on a port of the system's choice, or on this one. It has smtp-server's own self-signed certificate. */
export async function openMailServer(
  options: SMTPServerOptions = {},
  port = 0,
): Promise<MailServer> {
  const arrived: Arrived[] = []
  let answer: { status: number; stage: Stage; text?: string | undefined } = {
    status: 250,
    stage: 'RCPT TO',
  }
  const refusalAt = (stage: Stage, address = '') => {
    const { status, text = `<${address}> is refused` } = answer // as mail servers do, it repeats the address
    const refusal = Object.assign(new Error(text), { responseCode: status })
    return status === 250 || answer.stage !== stage ? null : refusal
  }
  const server = new SMTPServer({
    authOptional: true,
    logger: false,
    ...options,
    onConnect: (_session, done) => {
      done(refusalAt('greeting'))
    },
    onMailFrom: ({ address }, _session, done) => {
      done(refusalAt('MAIL FROM', address))
    },
    onRcptTo: ({ address }, _session, done) => {
      done(refusalAt('RCPT TO', address))
    },
    onData: (stream, { envelope, secure }, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = envelope
        const refusal = refusalAt('DATA', rcptTo[0]?.address)
        if (refusal) {
          done(refusal)
          return
        }
        arrived.push({
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address),
          isEncrypted: secure,
          ...readMessage(Buffer.concat(chunks).toString()),
        })
        done()
      })
    },
  })
  server.on('error', () => undefined) // a client that does not like the certificate
  const listener = server.listen(port)
  await once(listener, 'listening')
  return {
    port: (listener.address() as AddressInfo).port,
    arrived,
    answer: (status, stage = 'RCPT TO', text) => {
      answer = { status, stage, text }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(resolve)
      }),
  }
}

function readMessage(message: string) {
  const { headers, body } = split(message)
  const [, boundary = ''] = /boundary="([^"]+)"/.exec(headers['content-type'] ?? '') ?? []
  const parts = body.split(`--${boundary}`).map((part) => split(part.trimStart()))
  const read = (type: string) => {
    const part = parts.find((one) => one.headers['content-type']?.startsWith(type))
    return part ? decode(part.body, part.headers['content-transfer-encoding'] ?? '') : ''
  }
  return {
    headers: { ...headers, subject: decodeWords(headers.subject ?? '') },
    text: read('text/plain'),
    html: read('text/html'),
  }
}

function split(text: string) {
  const [head = '', ...rest] = text.split('\r\n\r\n')
  const lines = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n')
  const headers = lines.map((line) => {
    const [, name = '', value = ''] = /^([^:]+): ?(.*)$/.exec(line) ?? []
    return [name.toLowerCase(), value]
  })
  return {
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: rest.join('\r\n\r\n'),
  }
}

function decode(body: string, encoding: string): string {
  if (encoding === 'base64') {
    return Buffer.from(body, 'base64').toString()
  } else if (encoding === 'quoted-printable') {
    const bytes = body
      .replace(/=\r\n/g, '')
      .replace(/=([0-9A-F]{2})/g, (_match, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    return Buffer.from(bytes, 'latin1').toString()
  } else {
    return body
  }
}

// RFC 2047, as far as it is used here.
function decodeWords(text: string): string {
  return text
    .replace(/\?= =\?/g, '?==?')
    .replace(/=\?UTF-8\?([BQ])\?([^?]*)\?=/gi, (_match, kind: string, word: string) =>
      kind.toUpperCase() === 'B'
        ? decode(word, 'base64')
        : decode(word.replaceAll('_', ' '), 'quoted-printable'),
    )
}
