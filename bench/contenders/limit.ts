// The least that could be done: Node's own server, one read of one document, one compiled template.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import ejs from 'ejs'
import { MongoClient } from 'mongodb'
import { sayReady, values } from './serve.ts'

type Kept = { _id: string; username: string; email: string }

const { port, mongoUrl, views } = values
const client = await new MongoClient(mongoUrl).connect()
const sessions = client.db().collection<Kept>('sessions')
const page = ejs.compile(readFileSync(join(views, 'home.ejs'), 'utf8'))

const server = createServer((req, res) => {
  const [, _id = ''] = /sid=(\w+)/.exec(req.headers.cookie ?? '') ?? []
  void sessions.findOne({ _id }).then((found) => {
    const html = found ? page(found) : ''
    res.writeHead(found ? 200 : 401, {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Length': Buffer.byteLength(html),
    })
    res.end(html)
  })
})
server.listen(port, '127.0.0.1', sayReady)
