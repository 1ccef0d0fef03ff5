// A small HTTP client with a browser's cookies: lessons, measurements and tests ask the site with it over real HTTP.
import { once } from 'node:events'
import { request, type Agent, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { text as readText } from 'node:stream/consumers'
import { parseSetCookie } from 'set-cookie-parser'

export type HttpRequest = {
  path: string
  method?: string
  headers?: Record<string, string>
  /** Text is sent at once, the pieces of a stream as they come. */
  body?: string | AsyncIterable<string>
  /** Milliseconds until the whole answer has to be there. */
  timeout?: number | undefined
}
export type HttpAnswer = { status: number; headers: IncomingHttpHeaders; text: string }

const TIMEOUT = 30_000 // milliseconds

export class HttpClient {
  readonly cookies = new Map<string, string>()
  private readonly origin: string
  private readonly headers: Record<string, string>
  private readonly agent: Agent | undefined

  /** For one origin, with headers for every request; without an agent Node.js's own one is used. */
  constructor(origin: string, headers: Record<string, string> = {}, agent?: Agent) {
    this.origin = origin
    this.headers = headers
    this.agent = agent
  }

  /** The headers that the next request carries beside its own. */
  get nextHeaders(): Record<string, string> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    return { ...this.headers, ...(cookie ? { Cookie: cookie } : {}) }
  }

  /**
   * Send a request, keep the cookies that come back, and read the whole answer; a redirect is not followed. Throws what
   * broke the connection, with its code, and ETIMEDOUT if the answer is not there in time: 30 seconds if no other is given.
   */
  async send(asked: HttpRequest): Promise<HttpAnswer> {
    const { path, method = 'GET', headers, body = '', timeout = TIMEOUT } = asked
    const late = AbortSignal.timeout(timeout)
    const sent = request(`${this.origin}${path}`, {
      method,
      headers: { ...this.nextHeaders, ...headers },
      agent: this.agent,
      signal: late,
    })
    sent.on('error', () => undefined) // also the one that comes after the answer, while a body is still on its way
    try {
      const response = once(sent, 'response') as Promise<[IncomingMessage]>
      if (typeof body === 'string') sent.end(body)
      else Readable.from(body).pipe(sent)
      const [answer] = await response
      const text = await readText(answer)
      this.keep(answer.headers['set-cookie'] ?? [])
      return { status: answer.statusCode ?? 0, headers: answer.headers, text }
    } catch (error) {
      throw late.aborted
        ? Object.assign(new Error(`${path} timed out`), { code: 'ETIMEDOUT' })
        : error
    }
  }

  // Max-Age counts where there is Expires too (RFC 6265, 5.3); a cookie whose time is over is taken away.
  private keep(lines: string[]): void {
    for (const { name, value, maxAge, expires } of parseSetCookie(lines, { decodeValues: false })) {
      const isOver = maxAge === undefined ? expires && expires <= new Date() : maxAge <= 0
      if (isOver) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
  }
}

/** A request that sends these fields as a browser sends a form. */
export function formRequest(path: string, fields: Record<string, string>) {
  return {
    path,
    method: 'POST' as const,
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  }
}
