// A database that is away: the stock store beside what test/bin/start.test.ts and test/middleware/gate/database-ready.test.ts promise of ours.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import express, { type ErrorRequestHandler } from 'express'
import session from 'express-session'
import { MongoStore } from 'connect-mongo'
import { MongoClient } from 'mongodb'
import supertest from 'supertest'
import { afterEach, describe, expect, inject, it } from 'vitest'
import { root } from '../../../config/paths.ts'
import { openProxy } from '../../proxy.ts'

const cleanUp: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})

describe('Away at the start', () => {
  it('stock: ends the process with an unhandled rejection', async () => {
    const program = `
      import { MongoStore } from 'connect-mongo'
      MongoStore.create({
        mongoUrl: 'mongodb://127.0.0.1:1',
        mongoOptions: { serverSelectionTimeoutMS: 100 },
      })`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { cwd: root })

    const closed = once(child, 'close') as Promise<[number]>
    const [said, [code]] = await Promise.all([text(child.stderr), closed])

    expect(code).toBe(1)
    expect(said).toContain('MongoServerSelectionError')
    expect(said).toContain('    at ')
  })
})

describe('Away later', () => {
  it('stock: answers 500 to whoever has a cookie, after the driver’s whole timeout', async () => {
    const wire = await openProxy(inject('mongoUrl'))
    cleanUp.push(wire.cut)
    const client = await MongoClient.connect(wire.url, { serverSelectionTimeoutMS: 2000 })
    cleanUp.push(() => client.close())
    const app = express()
    const store = MongoStore.create({ client, dbName: 'away', autoRemove: 'disabled' })
    app.use(session({ secret: 'lab', resave: false, saveUninitialized: true, store }))
    app.get('/', (_req, res) => void res.send('hello'))
    app.use(((_error, _req, res, _next) => {
      res.sendStatus(500)
    }) as ErrorRequestHandler)
    const visitor = supertest.agent(app)
    await visitor.get('/')

    await wire.cut()

    expect((await visitor.get('/')).status).toBe(500)
  })
})
