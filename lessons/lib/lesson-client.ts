// A visitor that a lesson plays itself: real requests over real HTTP to this very server, with cookies of its own.
import { randomBytes } from 'node:crypto'
import type { Request } from 'express'
import createError from 'http-errors'
import { HttpClient, type HttpAnswer } from '../../lib/http/client.ts'
import { cookiesOf } from './cookies.ts'
import { isKey } from './site-key.ts'
import { visitorOf } from './visitor.ts'

export const BY_HEADER = 'X-Lesson-By'

const KEY_HEADER = 'X-Lesson-Client'
const TIMEOUT = 5000 // milliseconds

// Known to the site's processes alone, so that no visitor can claim to be one of their lesson clients. One for the whole process,
// because applications within the site, which know no settings, ask too; until it is set, nobody knows it.
let key = randomBytes(32).toString('base64url')

/** Know lesson clients by this key from now on: of many processes any may answer what a client of another one sends. */
export function useClientKey(shared: string): void {
  key = shared
}

/** True for a request that a lesson client of this site made. */
export function isLessonClient(req: Request): boolean {
  return isKey(req.get(KEY_HEADER), key)
}

/** A client that goes on where this request's browser stands, with its lesson cookies, or begins with none. */
export class LessonClient {
  readonly jar: Map<string, string>
  private readonly client: HttpClient

  constructor(req: Request, name: string) {
    // To our own socket: the Host header of the visitor has no say in where this goes.
    const origin = `http://127.0.0.1:${req.socket.localPort ?? 0}`
    this.client = new HttpClient(origin, { [KEY_HEADER]: key, [BY_HEADER]: name })
    this.jar = this.client.cookies
    // The record is the visitor's, whose button set the client off.
    this.jar.set('lesson-visitor', visitorOf(req))
  }

  /** Take over the cookies of these names from a request, as another tab of the same browser has them. */
  withCookiesOf(req: Request, names: string[]): this {
    return this.withCookies(cookiesOf(req, names))
  }

  /** Take over these cookies, as if the client were another tab of the same browser. */
  withCookies(cookies: Record<string, string>): this {
    for (const [name, value] of Object.entries(cookies)) this.jar.set(name, value)
    return this
  }

  /** Make a request and keep the cookies that come back. Throws if nothing answers in five seconds, and 429 if lesson clients have to wait. */
  async send(
    method: 'GET' | 'POST',
    path: string,
    headers: Record<string, string> = {},
  ): Promise<HttpAnswer> {
    const answer = await this.client.send({ method, path, headers, timeout: TIMEOUT })
    // Lesson clients are counted like everybody, on this machine's own address: whoever set too many off is told to wait.
    if (answer.status === 429) {
      const seconds = Number(answer.headers['retry-after'] ?? 60)
      throw createError(429, 'Too many lesson clients', { wait: { seconds, isLocked: false } })
    }
    return answer
  }
}
