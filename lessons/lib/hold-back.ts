// Holds an answer back until everything that belongs to it is done, and lets its last words be changed.
import type { Response } from 'express'

/**
 * Let nothing leave before `work` is done; what it returns is sent instead of the body. express-session would send the
 * headers of a redirect before the session is saved. Work that fails changes nothing: the answer goes out as it was.
 */
export function holdBack(res: Response, work: (body: Buffer) => Promise<Buffer>): void {
  const write = res.write.bind(res) as (part: Buffer) => boolean
  const end = res.end.bind(res) as () => Response
  const writeHead = res.writeHead.bind(res) as (...words: unknown[]) => Response
  const parts: Buffer[] = []
  res.writeHead = ((...words: unknown[]) => {
    res.removeHeader('Content-Length') // of the body as it was
    return writeHead(...words)
  }) as typeof res.writeHead
  res.write = ((part: string | Buffer) => {
    parts.push(Buffer.from(part as string))
    return true
  }) as typeof res.write
  res.end = ((part?: unknown) => {
    if (typeof part === 'string' || part instanceof Uint8Array) parts.push(Buffer.from(part))
    // The headers are made now, with the cookie that express-session adds at the last moment; they leave with the first byte.
    if (!res.headersSent) res.writeHead(res.statusCode)
    const body = Buffer.concat(parts)
    const send = (changed: Buffer) => {
      if (changed.length > 0) write(changed)
      end()
    }
    work(body).then(send, () => send(body))
    return res
  }) as typeof res.end
}

/** The Set-Cookie lines of an answer whose headers are made. */
export function setCookiesOf(res: Response): string[] {
  const value = res.getHeaders()['set-cookie']
  return value === undefined ? [] : [value].flat().map(String)
}
