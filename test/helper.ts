// A site to test over HTTP: the real application on the run's engine, with an empty database for each test file.
import { randomBytes } from 'node:crypto'
import { Writable } from 'node:stream'
import type { Express } from 'express'
import mongoose from 'mongoose'
import { afterAll, beforeAll, inject } from 'vitest'
import { createApp } from '../app.ts'
import { openMetrics } from '../bin/metrics-server.ts'
import { commandOptions, embeddedWrites } from '../config/database.ts'
import { readSettings, type Settings } from '../config/env.ts'
import { missingSentences } from '../config/i18n.ts'
import { createLogger } from '../config/logger.ts'
import type { SessionStore } from '../lib/session/store.ts'
import { findUnregistered } from '../models/database/collections.ts'
import { buildIndexes } from '../models/database/indexes.ts'
import { findCaughtMails, type CaughtMail } from '../models/mail/mailbox.ts'
import { untilHandled } from '../models/mail/outbox.ts'
import { Postman } from '../models/mail/postman.ts'
import { userFields, type UserField } from '../models/user/fields.ts'
import { Visitor } from './visitor.ts'

export const CAPTCHA = 'SESAM'
export const validPassword = 'a lantern in the cave'

/** The fields that this site has. But for the tests that use them, its tests are about the site as it comes, without any. */
export const ownFields = userFields.splice(0)

/** Give the sites of a test file these fields. One process runs many files: afterwards there are none again. */
export function useFields(fields: UserField[]): void {
  beforeAll(() => {
    userFields.push(...fields)
  })
  afterAll(() => {
    userFields.length = 0
  })
}

const MAIL_TIMEOUT = 60_000 // milliseconds: for a busy machine

export type Site = {
  app: Express
  settings: Settings
  database: typeof mongoose.connection
  /** Every line that was logged so far, as it would stand in production. */
  log: string[]
  /** What its metrics are now, as text; empty without METRICS_PORT. */
  metrics: () => Promise<string>
  visitor: () => Visitor
  /** Who sends its mails. */
  postman: Postman
  /** The mails that were caught, the newest first, once none is under way any more; `link` is the path that a mail leads to. */
  mails: () => Promise<(CaughtMail & { link: string })[]>
  close: () => Promise<void>
}

const DATABASE = `test-${randomBytes(6).toString('hex')}` // one for each process, which runs one file after the other
const opened: { stop: () => Promise<unknown> }[] = []
const stores: SessionStore[] = []

/** Open a site with these environment variables. Call it once in each test file and close it at the end. */
export async function openSite(environment: NodeJS.ProcessEnv = {}): Promise<Site> {
  const settings = settingsWith(environment)
  if (mongoose.connection.readyState === mongoose.ConnectionStates.disconnected) {
    await mongoose.connect(inject('mongoUrl'), {
      ...commandOptions, // not the site's own second for each operation, which a busy machine may need
      dbName: DATABASE,
      writeConcern: embeddedWrites,
    })
    await buildIndexes()
  }
  const log: string[] = []
  const logger = createLogger({ ...settings, production: true }, collect(log))
  const lessons = environment.LESSONS === 'on' ? await openLessonsOf(settings) : undefined
  const metrics = await openMetrics(settings)
  const app = createApp({ settings, database: mongoose.connection, logger, lessons, metrics })
  stores.push(app.get('session store') as SessionStore)
  const postman = new Postman(settings, logger)
  opened.push(postman, ...(lessons ? [{ stop: lessons.close }] : []))
  const site: Site = {
    app,
    settings,
    database: mongoose.connection,
    log,
    metrics: async () => (await metrics?.registry.metrics()) ?? '',
    visitor: () => new Visitor(app),
    postman,
    mails: async () => {
      await untilHandled(MAIL_TIMEOUT)
      return (await findCaughtMails()).map((mail) => ({ ...mail, link: linkIn(mail, settings) }))
    },
    close: async () => {
      if (missingSentences.size > 0)
        throw new Error(`No sentence for ${[...missingSentences].join()}`)
      // Of every site of the file: what went on would take the letters of the next one.
      await Promise.all([site.postman, ...opened.splice(0)].map((one) => one.stop()))
      const unregistered = await findUnregistered()
      await empty()
      await Promise.all(stores.splice(0).map((store) => store.close())) // or each would go on purging
      await mongoose.disconnect()
      // Whatever a test file made the site store: a collection that nobody deletes, exports or backs up is a mistake.
      if (unregistered.length > 0) throw new Error(`Not in the registry: ${unregistered.join()}`)
    },
  }
  return site
}

// The collections and their indexes stay: building them for each file took longer than many a file's tests. A view goes, which
// a test put in the place of a collection to have it refuse everything.
async function empty(): Promise<void> {
  const { db } = mongoose.connection
  const all = (await db?.listCollections().toArray()) ?? []
  for (const { name, type } of all) {
    if (type === 'view') await db?.dropCollection(name)
    else if (!name.startsWith('system.')) await db?.collection(name).deleteMany({})
  }
}

// As bin/start.ts loads them. Only for tests that ask for them: loading costs time.
async function openLessonsOf(settings: Settings) {
  const { openLessons } = await import('../lessons/index.ts')
  return openLessons({ ...settings, mongoUrl: inject('mongoUrl') }, mongoose.connection)
}

/** The settings of a site under test: as in development, with a captcha that is known. */
export function settingsWith(environment: NodeJS.ProcessEnv): Settings {
  const read = readSettings({
    NODE_ENV: 'test',
    CAPTCHA: `fixed:${CAPTCHA}`,
    THROTTLE: 'off',
    SESSION_SECRETS: 'a secret for tests alone and long enough',
    ENCRYPTION_KEYS: 'a key for tests alone and long enough',
    LOG_LEVEL: 'info',
    ...environment,
  })
  if (read.ok) {
    return read.settings
  } else {
    throw new Error(read.problems.join('\n'))
  }
}

// The first address of this site in the text.
function linkIn({ text }: CaughtMail, { baseUrl }: Settings): string {
  const address = text.split(/\s+/).find((word) => word.startsWith(`${baseUrl}/`)) ?? ''
  return address.slice(baseUrl.length)
}

let count = 0

/** A username nobody has yet, safe to use in a password rule test: it is part of no sentence. */
export function uniqueUsername(): string {
  return `visitor-${(count++).toString()}-${randomBytes(4).toString('hex')}`
}

function collect(lines: string[]): Writable {
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(...chunk.toString().trim().split('\n'))
      done()
    },
  })
}
