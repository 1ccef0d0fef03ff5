// A process with a pair of servers, for a test that kills it.
import { ServerPair } from '../lib/lessons/server-pair.ts'

const [script = ''] = process.argv.slice(2)
const database = { mongoUrl: 'mongodb://127.0.0.1:1' }
const pair = new ServerPair(script, { path: '/', secret: 'of a test', database })
await pair.next()
process.send?.(pair.facts().map(({ pid }) => pid))
