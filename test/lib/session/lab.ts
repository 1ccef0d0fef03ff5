// A small site to compare stores on: the same express-session with connect-mongo's store as it is, and with ours in all its ways.
import { randomBytes } from 'node:crypto'
import { MongoStore } from 'connect-mongo'
import express, { type Express } from 'express'
import session, { type SessionOptions } from 'express-session'
import { MongoClient } from 'mongodb'
import supertest from 'supertest'
import { inject } from 'vitest'
import { createEncryption } from '../../../lib/session/encryption.ts'
import { SessionStore } from '../../../lib/session/store.ts'
import { saveFirst } from '../../../middleware/session/save-first.ts'
import { deferred } from '../../deferred.ts'
import { settingsWith } from '../../helper.ts'
import { cacheThatIsOn } from './store.ts'

export const KINDS = ['ours', 'ours, encrypted', 'ours, in memory too'] as const
export type Kind = 'stock' | (typeof KINDS)[number]

export type Lab = {
  app: Express
  store: MongoStore
  /** What reached the error handler, also after an answer had begun. */
  errors: Error[]
  /** Commands that wrote sessions since the last look. */
  writes: () => number
  /** Resolves when a request to /slow has loaded its session; it goes on when `release` is called. */
  arrived: Promise<void>
  release: () => void
  visitor: () => ReturnType<typeof supertest.agent>
  close: () => Promise<void>
}

const IDLE = 60_000

/** Open a site on a database of its own. `touchAfter` is the stock store's option; ours has none. */
export async function openLab(
  kind: Kind,
  { touchAfter = 0, ...options }: Partial<SessionOptions> & { touchAfter?: number } = {},
): Promise<Lab> {
  const client = await MongoClient.connect(inject('mongoUrl'), { monitorCommands: true })
  const dbName = `lab-${randomBytes(6).toString('hex')}`
  const store = makeStore(kind, client, dbName, touchAfter)
  const arrival = deferred()
  const gate = deferred()
  const errors: Error[] = []
  let writes = 0
  client.on('commandStarted', ({ commandName, databaseName }) => {
    if (
      databaseName === dbName &&
      ['update', 'delete', 'insert', 'findAndModify'].includes(commandName)
    )
      writes++
  })

  const app = express()
  app.set('settings', settingsWith({}))
  app.use(session({ secret: 'lab', resave: false, saveUninitialized: false, store, ...options }))
  if (kind !== 'stock') app.use(saveFirst)
  app.get('/set', (req, res) => {
    Object.assign(req.session, req.query)
    res.send('set')
  })
  app.get('/set-and-redirect', (req, res) => {
    Object.assign(req.session, req.query)
    res.redirect('/get')
  })
  app.get('/set-and-save', (req, res, next) => {
    Object.assign(req.session, req.query)
    req.session.save((error?: Error) => (error ? next(error) : res.redirect('/get')))
  })
  app.get('/slow', async (req, res) => {
    arrival.resolve()
    await gate.promise
    Object.assign(req.session, req.query)
    res.send('done')
  })
  app.get('/get', (req, res) => {
    const { cookie: _cookie, ...data } = req.session
    res.json(data)
  })
  app.get('/regenerate', (req, res, next) => {
    req.session.regenerate((error?: Error) => (error ? next(error) : res.send('regenerated')))
  })
  app.get('/end', (req, res, next) => {
    req.session.destroy((error?: Error) => (error ? next(error) : res.send('ended')))
  })
  app.use(((error: Error, _req, res, next) => {
    errors.push(error)
    if (res.headersSent) next(error)
    else res.status(500).send('error')
  }) as express.ErrorRequestHandler)

  return {
    app,
    store,
    errors,
    writes: () => {
      const seen = writes
      writes = 0
      return seen
    },
    arrived: arrival.promise,
    release: gate.resolve,
    visitor: () => supertest.agent(app),
    close: async () => {
      await client.db(dbName).dropDatabase()
      await store.close()
    },
  }
}

function makeStore(kind: Kind, client: MongoClient, databaseName: string, touchAfter: number) {
  if (kind === 'stock') {
    const ttl = IDLE / 1000
    return MongoStore.create({
      client,
      dbName: databaseName,
      ttl,
      touchAfter,
      autoRemove: 'disabled',
    })
  } else {
    const encryption =
      kind === 'ours, encrypted' ? createEncryption('a key for tests', 1) : undefined
    const cache = kind === 'ours, in memory too' ? cacheThatIsOn() : undefined
    return new SessionStore({ client, databaseName, idle: IDLE, encryption, cache })
  }
}
