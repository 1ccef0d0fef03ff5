// Hands a request on to one of the two servers, as a load balancer does.
import { Agent } from 'node:http'
import type { Request } from 'express'
import { HttpClient, type HttpAnswer, type HttpRequest } from '../../lib/http/client.ts'
import { cookiesOf } from '../lib/cookies.ts'
import { note, type Operation } from '../lib/watch.ts'
import type { Server } from './pair.ts'

export const SERVER_KEY_HEADER = 'X-Lesson-Server-Key'
const TIMEOUT = 3000 // milliseconds

/** What a server answers to this request; undefined if it does not. Its store's operations are noted here. */
export async function relay(req: Request, server: Server, names: string[]) {
  // The lesson's own cookies: those of the site are nobody else's business.
  const cookies = Object.entries(cookiesOf(req, names)).map((pair) => pair.join('='))
  const headers = { Cookie: cookies.join('; ') }
  const answer = await askServer(server, { method: req.method, path: req.originalUrl, headers })
  note((answer?.text.split(' ').filter(Boolean) ?? []) as Operation[])
  const outcome = String(answer?.headers['x-outcome'] ?? '')
  return outcome ? { outcome, cookies: answer?.headers['set-cookie'] ?? [] } : undefined
}

/** What a server answers to this question; undefined if nothing answers in three seconds. */
export async function askServer(
  { port, key }: Pick<Server, 'port' | 'key'>,
  question: HttpRequest,
): Promise<HttpAnswer | undefined> {
  // A connection of its own: one that was kept may be closed by the other side in the very moment it is used.
  const agent = new Agent({ keepAlive: false })
  const client = new HttpClient(`http://127.0.0.1:${port}`, { [SERVER_KEY_HEADER]: key }, agent)
  return client.send({ ...question, timeout: TIMEOUT }).catch(() => undefined)
}
