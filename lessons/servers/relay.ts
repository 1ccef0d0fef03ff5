// Hands a request on to one of the two servers, as a load balancer does.
import { request, type IncomingHttpHeaders } from 'node:http'
import type { Request } from 'express'
import { note, type Operation } from '../lib/watch.ts'
import type { Server } from './pair.ts'

export type Relayed = { outcome: string; cookies: string[] }
export type Answer = {
  headers: IncomingHttpHeaders
  trailers: NodeJS.Dict<string>
  body: string
}
type Question = { method?: string; path: string; headers?: Record<string, string> }

export const SERVER_KEY_HEADER = 'X-Lesson-Server-Key'
const TIMEOUT = 3000 // milliseconds

/** What a server answers to this request; undefined if it does not. Its store's operations are noted here. */
export async function relay(
  req: Request,
  server: Server,
  names: string[],
): Promise<Relayed | undefined> {
  const headers = { Cookie: cookieHeader(req.get('Cookie') ?? '', names) }
  const answer = await askServer(server, { method: req.method, path: req.originalUrl, headers })
  note((answer?.trailers['x-operations']?.split(' ').filter(Boolean) ?? []) as Operation[])
  const outcome = String(answer?.headers['x-outcome'] ?? '')
  return outcome ? { outcome, cookies: answer?.headers['set-cookie'] ?? [] } : undefined
}

/** What a server answers to this question; undefined if nothing answers in three seconds. */
export async function askServer(
  { port, key }: Pick<Server, 'port' | 'key'>,
  { method = 'GET', path, headers = {} }: Question,
): Promise<Answer | undefined> {
  // A connection of its own: one that was kept may be closed by the other side in the very moment it is used.
  const target = { host: '127.0.0.1', port, agent: false, timeout: TIMEOUT }
  return new Promise((resolve) => {
    const giveUp = () => {
      resolve(undefined)
    }
    const question = { ...target, method, path, headers: { ...headers, [SERVER_KEY_HEADER]: key } }
    const asking = request(question, (answer) => {
      let body = ''
      answer.setEncoding('utf8').on('data', (text: string) => (body += text))
      answer.on('end', () => {
        resolve({ headers: answer.headers, trailers: answer.trailers, body })
      })
      answer.on('error', giveUp)
    })
    asking.on('timeout', () => asking.destroy())
    asking.on('error', giveUp)
    asking.end()
  })
}

// The lesson's own cookies: those of the site are nobody else's business.
function cookieHeader(header: string, names: string[]): string {
  return header
    .split(/; */)
    .filter((pair) => names.includes(pair.split('=')[0] ?? ''))
    .join('; ')
}
