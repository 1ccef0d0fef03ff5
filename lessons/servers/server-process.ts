// One of the two servers: a process of its own, with sessions in its memory and, under other addresses, in the database.
import type { AddressInfo } from 'node:net'
import { MongoStore } from 'connect-mongo'
import express, { Router, type RequestHandler } from 'express'
import session from 'express-session'
import { MongoClient } from 'mongodb'
import { OPERATION_TIMEOUT, primaryReads, serverWrites } from '../../config/database.ts'
import { holdBack } from '../lib/hold-back.ts'
import { isKey } from '../lib/site-key.ts'
import { watched, watching, type Operation } from '../lib/watch.ts'
import type { Order } from './pair.ts'
import { SERVER_KEY_HEADER } from './relay.ts'

const MAX_SESSIONS = 500 // in memory

process.once('message', (order: Order & { key: string }) => void openServer(order))
process.on('disconnect', () => process.exit()) // whoever started it is gone, in whatever way

async function openServer({ path, secret, key, database }: Order & { key: string }) {
  const { mongoUrl, dbName, collectionName } = database
  // Before it listens: a store whose database is slow to answer at first would end the process later on.
  const client = await MongoClient.connect(mongoUrl, driverOptions)
  // #region
  const memory = new session.MemoryStore() // ← of this process alone: the other one never sees it
  const stores = {
    memory,
    database: MongoStore.create({ client, dbName, collectionName, ...readable }), // ← the same for both
  }
  // #endregion
  const { sessions } = memory as unknown as { sessions: Record<string, string> }
  const app = express().disable('x-powered-by')
  app.use((req, res, next) => {
    if (isKey(req.get(SERVER_KEY_HEADER), key)) next()
    else res.status(404).end() // nobody but the site itself gets in
  })
  app.use(reportOperations)
  app.use((_req, _res, next) => {
    const surplus = Object.keys(sessions).slice(0, -MAX_SESSIONS) // the oldest
    for (const id of surplus) Reflect.deleteProperty(sessions, id)
    next()
  })

  // #region
  for (const [kind, store] of Object.entries(stores)) {
    const name = `servers-${kind}.sid`
    const cookie = { path, httpOnly: true, sameSite: 'lax', maxAge: 10 * 60 * 1000 } as const
    const options = { name, secret, cookie, store: watched(store) }
    const server = Router()
    server.use(session({ ...options, resave: false, saveUninitialized: false }))
    server.post('/sign-in', (req, res) => {
      req.session.username = 'zhangsan'
      res.set('X-Outcome', 'signed-in').end()
    })
    server.post('/visit', (req, res) => {
      res.set('X-Outcome', req.session.username ? 'known' : 'unknown').end()
    })
    app.use(`${path}/try/${kind}`, server)
  }
  // #endregion

  app.get('/memory/:id', (req, res) => res.type('json').send(sessions[req.params.id] ?? 'null'))

  const server = app.listen(0, '127.0.0.1', () => {
    process.send?.({ port: (server.address() as AddressInfo).port })
  })
}

// As on the site: a member that lags would not know the session that the other server has just stored there.
const driverOptions = {
  ...primaryReads,
  writeConcern: serverWrites,
  serverSelectionTimeoutMS: 5000,
  socketTimeoutMS: OPERATION_TIMEOUT,
}
const readable = { stringify: false, autoRemove: 'disabled' } as const

// What it did with the store is known only when all is done: an answer without a body waits for that and says it.
const reportOperations: RequestHandler = function reportOperations(_req, res, next) {
  const operations: Operation[] = []
  holdBack(res, (body) =>
    Promise.resolve(body.length > 0 ? body : Buffer.from(operations.join(' '))),
  )
  watching(operations, next)
}
