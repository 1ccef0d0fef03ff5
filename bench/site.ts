// Ours: the whole site in production, a process of its own, on the shared engine or with one of its own as `npm start` has it.
import { createHmac } from 'node:crypto'
import { mkdtemp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MongoClient, type Db } from 'mongodb'
import { DATABASE_NAME } from '../config/database.ts'
import { makeFolders } from '../lib/embedded-mongodb/folders.ts'
import { addressOf } from '../lib/embedded-mongodb/index.ts'
import { moveTo } from './machine.ts'
import { startServer, startWords, type Server } from './processes.ts'
import type { Stage } from './stage.ts'

export type Site = Server & { database: Db }

const SECRET = 'a secret for measuring alone and long enough'

/** The settings of a site in production that is measured: mails go nowhere, a proxy names each visitor's address. */
export const productionSettings = {
  NODE_ENV: 'production',
  INSECURE_HTTP: 'on', // what is measured is the site without the TLS of a proxy
  SESSION_SECRETS: SECRET,
  ENCRYPTION_KEYS: SECRET,
  SMTP_URL: 'smtp://127.0.0.1:9', // nobody listens there: letters wait in the outbox
  MAIL_FROM: 'sesame@example.com',
  LOG_LEVEL: 'info',
  TRUST_PROXY: '1',
}

/** Start the site on the database of this name; it answers when this resolves. */
export async function startSite(stage: Stage, name: string, more = {}): Promise<Site> {
  const site = await start(stage, name, { MONGO_URL: stage.databaseUrl(name), ...more })
  return { ...site, database: stage.client.db(name) }
}

/** Start the site as `npm start` does, with an engine of its own, which runs where all engines run. */
export async function startWholeSite(stage: Stage, name: string): Promise<Site> {
  const DATA_DIR = await mkdtemp(join(stage.folder, `${name}-`))
  const site = await start(stage, name, { DATA_DIR })
  const folders = await makeFolders(DATA_DIR)
  moveTo('load', Number(await readFile(join(folders.database, 'mongod.lock'), 'utf8')))
  return { ...site, database: new MongoClient(addressOf(folders)).db(DATABASE_NAME) }
}

/** The cookie of a session whose document was put into the database: signed as express-session signs it. */
export function signedCookie(sid: string): string {
  const signature = createHmac('sha256', SECRET).update(sid).digest('base64').replace(/=+$/, '')
  return encodeURIComponent(`s:${sid}.${signature}`)
}

/** The session id in a cookie that the site set. */
export function sessionIdOf(cookie: string): string {
  const [, sid = ''] = /^s:([^.]+)\./.exec(decodeURIComponent(cookie)) ?? []
  return sid
}

// With the flags and the program of `npm start`, and under the profiler if that was asked for.
async function start({ folder, profiles, options }: Stage, name: string, database: object) {
  const profiler = options.profile ? ['--cpu-prof', '--cpu-prof-dir', profiles] : []
  const settings = { ...productionSettings, ...database }
  return startServer(join(folder, `${name}.log`), [...profiler, ...startWords()], settings)
}
