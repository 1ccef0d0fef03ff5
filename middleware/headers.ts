// The security headers, on every answer: pages, redirects, pictures and errors alike.
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { RequestHandler } from 'express'
import helmet from 'helmet'
import type { Settings } from '../config/env.ts'
import { helmetOptions, permissionsPolicy } from '../config/security.ts'

/** Send helmet's headers and the one it lacks. They never differ, so helmet is asked for them once. */
export function headers(settings: Settings): RequestHandler {
  const all = [...headersOf(settings), ['Permissions-Policy', permissionsPolicy] as const]
  return function sendSecurityHeaders(_req, res, next) {
    for (const [name, value] of all) res.setHeader(name, value)
    next()
  }
}

function headersOf(settings: Settings): [string, string][] {
  const sent: [string, string][] = []
  const req = new IncomingMessage(new Socket())
  const res = new ServerResponse(req)
  res.setHeader = (name, value) => {
    sent.push([name, String(value)])
    return res
  }
  helmet(helmetOptions(settings))(req, res, () => undefined)
  return sent
}
