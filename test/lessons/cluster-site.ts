// The site with lessons as two workers of one cluster on one port, for a test: who made and who answered each request is told.
import cluster from 'node:cluster'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createApp } from '../../app.ts'
import { embeddedWrites } from '../../config/database.ts'
import { readSettings } from '../../config/env.ts'
import { createLogger } from '../../config/logger.ts'
import { connectMongodb } from '../../lib/mongodb.ts'
import { openLessons } from '../../lessons/index.ts'

const [mongoUrl = ''] = process.argv.slice(2)

if (cluster.isPrimary) {
  const workers = [cluster.fork(), cluster.fork()]
  for (const worker of workers) {
    worker.on('message', (message: object) => process.send?.({ ...message, worker: worker.id }))
  }
  process.on('disconnect', () => process.exit()) // the test is gone; the workers end with this process
} else {
  const read = readSettings({
    NODE_ENV: 'test',
    SESSION_SECRETS: 'the one secret that all workers have',
    THROTTLE: 'off',
    LESSONS: 'on',
    LOG_LEVEL: 'silent',
  })
  if (!read.ok) throw new Error(read.problems.join('\n'))
  const settings = { ...read.settings, mongoUrl }
  const database = await connectMongodb(mongoUrl, embeddedWrites)
  const lessons = openLessons(settings, database)
  const app = createApp({ settings, database, logger: createLogger(settings), lessons })
  const server = createServer((req, res) => {
    const isClients = req.headers['x-lesson-client'] !== undefined
    process.send?.({ path: req.url, by: isClients ? 'client' : 'browser' })
    app(req, res)
  })
  server.listen(0, '127.0.0.1', () => {
    process.send?.({ port: (server.address() as AddressInfo).port })
  })
}
