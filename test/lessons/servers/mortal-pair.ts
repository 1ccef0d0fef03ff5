// A process with a pair of servers, for a test that kills it.
import { ServerPair } from '../../../lessons/servers/pair.ts'

const [mongoUrl = '', dbName = ''] = process.argv.slice(2)
const database = { mongoUrl, dbName, collectionName: 'sessions' }
const servers = await new ServerPair({ path: '/', secret: 'of a test', database }).use()
process.send?.(servers.map(({ pid }) => pid))
