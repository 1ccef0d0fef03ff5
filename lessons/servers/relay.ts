// Hands a request on to a server of a lesson, as a load balancer does.
import type { Request } from 'express'
import { askServer, type Server } from './ask-server.ts'
import { note, type Operation } from '../lib/watch.ts'

export type Relayed = { told: string; cookies: string[] }

/** What a server of this machine answers to this request; undefined if it does not. Its store's operations are noted here. */
export async function relay(
  req: Request,
  server: Server,
  secret: string,
  names: string[],
): Promise<Relayed | undefined> {
  const headers = { Cookie: cookieHeader(req.get('Cookie') ?? '', names) }
  const question = { method: req.method, path: req.originalUrl, headers }
  const answer = await askServer(server, secret, question)
  note((answer?.trailers['x-operations']?.split(' ').filter(Boolean) ?? []) as Operation[])
  const told = String(answer?.headers['x-told'] ?? '')
  return told ? { told, cookies: answer?.headers['set-cookie'] ?? [] } : undefined
}

// The lesson's own cookies: those of the site are nobody else's business.
function cookieHeader(header: string, names: string[]): string {
  return header
    .split(/; */)
    .filter((pair) => names.includes(pair.split('=')[0] ?? ''))
    .join('; ')
}
