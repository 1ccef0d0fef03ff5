// A process with a pair of servers, for a test that kills it.
import mongoose from 'mongoose'
import { ServerPair } from '../../../lessons/servers/pair.ts'

const [script = '', mongoUrl = '', dbName = ''] = process.argv.slice(2)
await mongoose.connect(mongoUrl, { dbName })
const pair = new ServerPair(script, {
  path: '/',
  secret: 'of a test',
  database: { mongoUrl, dbName },
})
await pair.next()
process.send?.((await pair.facts()).map(({ pid }) => pid))
