// Ours: the whole site in production, a process of its own, with its own engine as `npm start` has it, or on the shared one.
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { MongoClient, type Db } from 'mongodb'
import { DATABASE_NAME } from '../config/database.ts'
import { makeFolders } from '../lib/embedded-mongodb/folders.ts'
import { addressOf } from '../lib/embedded-mongodb/index.ts'
import { movedTo } from './pinning.ts'
import { startNode, untilAnswered, type Started } from './processes.ts'
import type { Stage } from './stage.ts'
import { startWords } from './start-words.ts'

export type Site = Started & {
  url: string
  database: Db
  /** Leave its database alone: with somebody else at it the site keeps no session in memory. */
  leave: () => Promise<void>
}

const SECRET = 'a secret for measuring alone and long enough'

/** What `npm start` runs: node's flags and the program. */
export const program = startWords()

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
  const started = startNode(stage, name, [...args, ...program], {
    ...productionSettings(port),
    MONGO_URL: stage.databaseUrl(name),
  })
  const url = `http://127.0.0.1:${port}`
  await untilAnswered(`${url}/login`, started)
  return { ...started, url, database: stage.client.db(name), leave: () => Promise.resolve() }
}

/** Start the site as `npm start` does, with an engine of its own, which runs where all engines run. */
export async function startWholeSite(
  stage: Stage,
  name: string,
  args: string[] = [],
): Promise<Site> {
  const port = await freePort()
  const DATA_DIR = await mkdtemp(join(stage.folder, `${name}-`))
  const environment = { ...productionSettings(port), DATA_DIR, XDG_CACHE_HOME: stage.cacheHome }
  const started = startNode(stage, name, [...args, ...program], environment)
  const url = `http://127.0.0.1:${port}`
  await untilAnswered(`${url}/login`, started)
  const folders = await makeFolders(DATA_DIR)
  movedTo('load', Number(await readFile(join(folders.database, 'mongod.lock'), 'utf8')))
  const client = new MongoClient(addressOf(folders))
  return { ...started, url, database: client.db(DATABASE_NAME), leave: () => client.close() }
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
