// The parts of a start, within the test's own process: what is given to them reaches its place.
import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import { type AddressInfo } from 'node:net'
import mongoose from 'mongoose'
import { pino } from 'pino'
import supertest from 'supertest'
import { afterEach, beforeEach, describe, expect, inject, it, onTestFinished, vi } from 'vitest'
import { connectShared, disconnect } from '../../bin/connect.ts'
import { startMetrics } from '../../bin/metrics-server.ts'
import { close, listen } from '../../bin/server.ts'
import { openDatabaseAndSecrets } from '../../bin/setup.ts'
import { startStandalone } from '../../bin/standalone.ts'
import { openSite } from '../../bin/start.ts'
import { embeddedWrites, serverWrites } from '../../config/database.ts'
import { SessionCache } from '../../lib/session/cache.ts'
import { settingsWith } from '../helper.ts'

const HERE = { host: '127.0.0.1', port: 0, keepAliveSeconds: 5 }
const SECRET = 'the only secret of this site and long enough'

let lines: string[]
const logger = pino({}, { write: (line: string) => void lines.push(line) })
const say = () => undefined
const mongoUrl = inject('mongoUrl').replace('/?', `/test-parts-${process.pid}?`)
beforeEach(() => {
  lines = []
})
afterEach(() => disconnect())

describe('connectShared()', () => {
  it.each([
    [true, embeddedWrites],
    [false, serverWrites],
  ])('lets writes wait for what the engine can promise, embedded: %s', async (isEmbedded, how) => {
    await connectShared({ mongoUrl, isEmbedded, sessionSecrets: [], encryptionKeys: [] })

    expect(mongoose.connection.getClient().options.writeConcern).toMatchObject(how)
  })
})

describe('openDatabaseAndSecrets()', () => {
  it('signs with the one secret that is set', async () => {
    const settings = settingsWith({ MONGO_URL: mongoUrl, SESSION_SECRETS: SECRET })

    const { shared, close } = await openDatabaseAndSecrets(settings, logger, say)

    expect(shared).toMatchObject({ sessionSecrets: [SECRET], isEmbedded: false })
    await close()
  })
})

describe('startStandalone() with MONGO_URL, in production', () => {
  it('keeps no sessions in memory, which others may change, and is not ended by a SIGHUP', async () => {
    const turnOn = vi.spyOn(SessionCache.prototype, 'turnOn')
    const production = {
      NODE_ENV: 'production',
      CAPTCHA: 'on',
      THROTTLE: 'on',
      INSECURE_HTTP: 'on',
    }
    const mail = { SMTP_URL: 'smtp://127.0.0.1:1', MAIL_FROM: 'sesame@example.com' }
    const settings = settingsWith({ MONGO_URL: mongoUrl, PORT: '0', ...production, ...mail })

    const { address, stop } = await startStandalone(settings, logger, say)
    onTestFinished(() => void process.removeAllListeners('SIGHUP'))
    process.emit('SIGHUP')

    expect((await supertest(address).get('/login')).status).toBe(200)
    expect(turnOn).not.toHaveBeenCalled()
    expect(lines.join('')).toContain('Nothing was replaced')
    await stop()
  })
})

describe('A worker that another one has replaced', () => {
  it('is still ready for whom it is sent until it is closed', async () => {
    const settings = settingsWith({ PORT: '0' })
    const secrets = { sessionSecrets: [SECRET], encryptionKeys: [SECRET] }
    const shared = { mongoUrl, isEmbedded: true, ...secrets }
    await connectShared(shared)
    const { address, stop } = await openSite(settings, shared, logger)

    const stopped = stop('drain')
    const answer = await supertest(address).get('/healthz')
    const ready = await supertest(address).get('/readyz')

    expect(answer.headers.connection).toBe('close')
    expect((ready.body as { reason?: string }).reason).not.toBe('stopping')
    await stopped
  })
})

describe('listen()', () => {
  it('takes a cookie of 100 KB, to which the site answers with a page', async () => {
    const server = await listen(HERE)
    server.on('request', (_req, res) => res.end('taken'))

    const answer = await supertest(addressOf(server)).get('/').set('Cookie', 'x'.repeat(100_000))

    expect(answer.text).toBe('taken')
    await close(server)
  })

  it('keeps a connection for its next request', async () => {
    const server = await listen(HERE)
    server.on('request', (_req, res) => res.end('kept'))
    const connections = vi.fn()
    server.on('connection', connections)

    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    for (let time = 0; time < 2; time++) await ask(addressOf(server), agent)

    expect(connections).toHaveBeenCalledTimes(1)
    agent.destroy()
    await close(server)
  })
})

describe('Metrics that can not be gathered', () => {
  it('are answered with 500, and the log says why', async () => {
    const settings = { metricsHost: '127.0.0.1', metricsPort: 0 }
    const collect = () => Promise.reject(new Error('no worker answers'))
    const metrics = await startMetrics({ settings, logger, collect })

    const answer = await supertest(metrics.address ?? '').get('')

    expect([answer.status, answer.text]).toEqual([500, ''])
    expect(lines.join('')).toContain('no worker answers')
    await metrics.close()
  })
})

function addressOf(server: Awaited<ReturnType<typeof listen>>): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function ask(address: string, agent: Agent): Promise<void> {
  const [answer] = (await once(get(address, { agent }), 'response')) as [IncomingMessage]
  await once(answer.resume(), 'end')
}
