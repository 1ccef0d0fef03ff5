// The least that could be done: Node's own server, one read of one document, one compiled template.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import ejs from 'ejs'
import { MongoClient } from 'mongodb'

const { PORT, MONGO_URL = '', VIEWS = '' } = process.env
const client = await new MongoClient(MONGO_URL).connect()
const sessions = client.db().collection<{ _id: string }>('sessions')
const page = ejs.compile(readFileSync(join(VIEWS, 'home.ejs'), 'utf8'))

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
server.listen(Number(PORT), '127.0.0.1')
