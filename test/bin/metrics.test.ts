// The port of the metrics: there for whoever watches the site, apart from the site, and silent about people.
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import supertest from 'supertest'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { samplesOf, valueOf } from '../metrics-text.ts'
import { endAfterAll, temporaryFolder, type AtTheEnd } from '../temporary-folder.ts'
import { newPerson, Visitor } from '../visitor.ts'
import { onSharedEngine, openSite, TIMEOUT, spawnSite } from './process.ts'

const SLOWLY = { timeout: 120_000 } // milliseconds, for a busy machine

describe('METRICS_PORT', SLOWLY, () => {
  const atTheEnd = endAfterAll()
  let watched: Awaited<ReturnType<typeof openWatched>>
  beforeAll(async () => {
    watched = await openWatched(atTheEnd)
  })

  it('shows what people did on the site, and nothing that they are or know', async () => {
    const { address, metrics } = watched
    const visitor = new Visitor(address)
    const person = { ...newPerson(), password: 'a password for the metrics' }

    await visitor.register(person)
    await visitor.signIn({ ...person, password: 'another try' })
    await visitor.signIn(person)
    await visitor.get('/home?token=query-secret', { 'User-Agent': 'agent-secret' })
    await visitor.get('/password-reset/link-secret')
    // A busy machine may keep the database from answering in time.
    const answer = await vi.waitFor(async () => {
      const scrape = await supertest(metrics).get('/metrics')
      expect(valueOf(scrape.text, 'sesame_sessions')).toBeGreaterThan(0)
      expect(valueOf(scrape.text, 'sesame_database_up')).toBe(1)
      return scrape
    }, TIMEOUT)

    const { text } = answer
    const get = { route: '/home', method: 'GET', status: '200' }
    expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(valueOf(text, 'sesame_http_requests_total', get)).toBe(1)
    // Before the first error there is something to divide, and an alert does not miss the first one.
    expect(valueOf(text, 'sesame_http_requests_total', { ...get, status: '500' })).toBe(0)
    const failed = { operation: 'get', outcome: 'failed' }
    expect(valueOf(text, 'sesame_session_store_duration_seconds_count', failed)).toBe(0)
    expect(valueOf(text, 'sesame_sign_ins_total', { outcome: 'done' })).toBe(1)
    expect(valueOf(text, 'sesame_build_info', { node: process.versions.node })).toBe(1)
    expect(valueOf(text, 'sesame_sign_ins_total', { outcome: 'wrong-password' })).toBe(1)
    expect(valueOf(text, 'nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0)
    expect(valueOf(text, 'process_resident_memory_bytes')).toBeGreaterThan(0)
    const cookies = ['sid', 'csrf'].map((name) => decodeURIComponent(visitor.cookie(name) ?? ''))
    for (const secret of [
      ...Object.values(person),
      ...cookies,
      'another try',
      '-secret',
      '127.0.0.1',
    ]) {
      expect(secret).not.toBe('')
      expect(text).not.toContain(secret)
    }
    // Nothing as long as an id or a key stands in a label.
    const words = samplesOf(text).flatMap(({ labels }) => Object.values(labels))
    expect(words.filter((word) => /[\w-]{24,}/.test(word))).toEqual([])
  })

  it('answers /metrics and nothing else, without a cookie, and the site does not answer it (ASVS 13.4.5)', async () => {
    const { address, metrics } = watched
    const agent = supertest(metrics)

    const others = await Promise.all([
      ...['/', '/home', '/healthz', '/metrics/', '/metrics/more', '/Metrics', '//metrics'].map(
        (path) => agent.get(path),
      ),
      ...[agent.post('/metrics'), agent.put('/metrics'), agent.head('/metrics')],
    ])
    const shown = await agent.get('/metrics?name=value').set('Cookie', 'sid=anything')
    const onSite = await Promise.all(
      ['/metrics', '/debug', '/api-docs'].map((path) => new Visitor(address).get(path)),
    )

    expect(others.map(({ status }) => status)).toEqual(others.map(() => 404))
    expect(others.map(({ text }) => text).join('')).toBe('')
    expect(shown.status).toBe(200)
    expect(Object.keys(shown.headers)).not.toContain('set-cookie')
    expect(shown.headers['cache-control']).toBe('no-store')
    expect(onSite.map(({ status }) => status)).toEqual([404, 404, 404])
    expect(onSite[0]?.text).not.toContain('sesame_')
  })

  it('tells of a database that hangs, and that it is back', async () => {
    const { address, metrics, databasePid } = watched
    const isUp = async () =>
      valueOf((await supertest(metrics).get('/metrics')).text, 'sesame_database_up')
    await vi.waitFor(async () => expect(await isUp()).toBe(1), TIMEOUT)
    const pid = await databasePid()
    process.kill(pid, 'SIGSTOP')
    onTestFinished(() => void process.kill(pid, 'SIGCONT'))

    await vi.waitFor(async () => expect(await isUp()).toBe(0), TIMEOUT)
    const away = await new Visitor(address).get('/login')
    const text = (await supertest(metrics).get('/metrics')).text
    process.kill(pid, 'SIGCONT')
    await vi.waitFor(async () => expect(await isUp()).toBe(1), TIMEOUT)

    expect(away.status).toBe(503)
    const refused = { route: '/login', method: 'GET', status: '503' }
    expect(valueOf(text, 'sesame_http_requests_total', refused)).toBe(1)
  })

  it('closes with the site', async () => {
    const { metrics, kill } = watched

    const ended = await kill('SIGTERM')

    expect(ended).toBe(0)
    await expect(fetch(`${metrics}/metrics`)).rejects.toThrow()
  })

  it('in use is named, with another one', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void other.close())
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo

    const site = spawnSite({ ...(await onSharedEngine()), METRICS_PORT: String(port) })

    expect(await site.ended).toBe(1)
    expect(site.said()).toContain(`Port ${port} on 127.0.0.1 is in use`)
    expect(site.said()).toContain(`METRICS_PORT=${port + 1}`)
  })
})

/** A site with an engine of its own, which a test stops. */
async function openWatched(atTheEnd: AtTheEnd) {
  const DATA_DIR = await temporaryFolder(atTheEnd)
  const site = await openSite({ DATA_DIR, METRICS_PORT: '0' }, atTheEnd)
  const shown = () => /^Metrics are shown at (http:\S+)\/metrics$/m.exec(site.said())?.[1]
  return { ...site, metrics: await vi.waitUntil(shown, TIMEOUT) }
}
