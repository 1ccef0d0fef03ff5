// Ours: the whole site in production, a process of its own with its own database on the shared engine.
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Db } from 'mongodb'
import { root } from '../config/paths.ts'
import { startNode, untilAnswered, type Started } from './processes.ts'
import type { Stage } from './stage.ts'

export type Site = Started & { url: string; database: Db }

const SECRET = 'a secret for measuring alone and long enough'

export const program = join(root, 'dist', 'bin', 'www.js')

/** The settings of a site in production that is measured: mails go nowhere, a proxy names each visitor's address. */
export function productionSettings(port: number): Record<string, string> {
  return {
    PORT: String(port),
    BASE_URL: `http://127.0.0.1:${port}`,
    SESSION_SECRETS: SECRET,
    SMTP_URL: 'smtp://127.0.0.1:9', // nobody listens there: letters wait in the outbox
    MAIL_FROM: 'sesame@example.com',
    LOG_LEVEL: 'info',
    TRUST_PROXY: '1',
  }
}

/** Start the site on the database of this name; it answers when this resolves. */
export async function startSite(stage: Stage, name: string, args: string[] = []): Promise<Site> {
  const port = await freePort()
  const started = startNode(stage, name, [...args, program], {
    ...productionSettings(port),
    MONGO_URL: stage.databaseUrl(name),
  })
  const url = `http://127.0.0.1:${port}`
  await untilAnswered(`${url}/login`, started)
  return { ...started, url, database: stage.client.db(name) }
}

/** A port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

/** The cookie of a session whose document was put into the database: signed as express-session signs it. */
export function signedCookie(sid: string): string {
  const signature = createHmac('sha256', SECRET).update(sid).digest('base64').replace(/=+$/, '')
  return `sid=${encodeURIComponent(`s:${sid}.${signature}`)}`
}

/** The session id in a cookie that the site set. */
export function sessionIdOf(cookie: string): string {
  const [, sid = ''] = /^s:([^.]+)\./.exec(decodeURIComponent(cookie)) ?? []
  return sid
}
