// Hands a request on to a server of a lesson, as a load balancer does.
import { request } from 'node:http'
import type { Request } from 'express'
import { note, type Operation } from '../../lib/lessons/watch.ts'

export type Relayed = { told: string; cookies: string[] }

const PATIENCE = 3000 // milliseconds

/** What a server of this machine answers to this request; undefined if it does not. Its store's operations are noted here. */
export async function relay(
  req: Request,
  port: number,
  names: string[],
): Promise<Relayed | undefined> {
  return new Promise((resolve) => {
    const target = { host: '127.0.0.1', port, method: req.method, path: req.originalUrl }
    const headers = { Cookie: cookieHeader(req.get('Cookie') ?? '', names) }
    const asked = request({ ...target, headers, timeout: PATIENCE }, (answer) => {
      answer.resume()
      answer.on('end', () => {
        const operations = answer.trailers['x-operations']?.split(' ').filter(Boolean) ?? []
        note(operations as Operation[])
        const told = String(answer.headers['x-told'] ?? '')
        resolve(told ? { told, cookies: answer.headers['set-cookie'] ?? [] } : undefined)
      })
      answer.on('error', () => {
        resolve(undefined)
      })
    })
    asked.on('timeout', () => asked.destroy())
    asked.on('error', () => {
      resolve(undefined)
    })
    asked.end()
  })
}

// The lesson's own cookies: those of the site are nobody else's business.
function cookieHeader(header: string, names: string[]): string {
  return header
    .split(/; */)
    .filter((pair) => names.includes(pair.split('=')[0] ?? ''))
    .join('; ')
}
