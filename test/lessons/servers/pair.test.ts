// The pair of servers of a lesson: two processes that are started, killed, restarted, and never left behind.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, describe, expect, inject, it, vi } from 'vitest'
import { root } from '../../../config/paths.ts'
import { ServerPair } from '../../../lessons/servers/pair.ts'
import { askServer } from '../../../lessons/servers/relay.ts'
import { isAlive } from '../../is-alive.ts'

const TIMEOUT = { timeout: 60_000, interval: 20 }
const SLOW = { timeout: 120_000 } // each starts processes, which takes long on a busy machine
const DATABASE = 'test-lessons-pair' // nothing is ever stored in it

// A process with a pair of its own.
const PARENT = `
  import { ServerPair } from './dist/lessons/servers/pair.js'
  const mongoUrl = process.env.MONGO_URL
  const database = { mongoUrl, dbName: '${DATABASE}', collectionName: 'sessions' }
  const servers = await new ServerPair({ path: '/', secret: 'of a test', database }).use()
  process.send(servers.map(({ pid }) => pid))
`

const opened: ServerPair[] = []
function newPair(idle?: number) {
  const database = { mongoUrl: inject('mongoUrl'), dbName: DATABASE, collectionName: 'sessions' }
  const pair = new ServerPair({ path: '/', secret: 'of a test', database }, idle)
  opened.push(pair)
  return pair
}
afterAll(async () => {
  for (const pair of opened) await pair.close()
})

const pidsOf = async (pair: ServerPair) => (await pair.look()).map(({ pid }) => pid)
const livingOf = async (pair: ServerPair) =>
  (await pair.look()).filter((one) => one.isAlive).map(({ name }) => name)

// One after the other with the same pair: starting it takes longest.
describe('A pair of servers', SLOW, () => {
  const pair = newPair()

  it('is one, however many requests want it at the same moment', async () => {
    const found = await Promise.all([pair.use(), pair.use(), pair.use()])

    const pids = await pidsOf(pair)
    expect(pids.filter(isAlive)).toHaveLength(2)
    expect(found.map((servers) => servers.map(({ pid }) => pid))).toEqual([pids, pids, pids])
    expect(pids).not.toContain(process.pid)
  })

  it('answers nobody who has not the key of the server', async () => {
    const [a, b] = await pair.use()
    const path = '/memory/id'

    const withoutKey = await fetch(`http://127.0.0.1:${a?.port ?? 0}${path}`)
    const withAnother = a && b && (await askServer({ port: a.port, key: b.key }, { path }))
    const withKey = a && (await askServer(a, { path }))

    expect([withoutKey.status, await withoutKey.text()]).toEqual([404, ''])
    expect(withAnother?.text).toBe('')
    expect(withKey?.text).toBe('null')
  })

  it('is there for whoever wants it while another request restarts it, with new processes', async () => {
    const [before, , after] = await Promise.all([pair.use(), pair.restart(), pair.use()])

    const old = before.map(({ pid }) => pid)
    expect(after.map(({ isAlive }) => isAlive)).toEqual([true, true])
    expect(after.some(({ pid }) => old.includes(pid))).toBe(false)
    expect(old.some(isAlive)).toBe(false)
  })

  it('loses the one that is killed, at once and once only, until it is restarted', async () => {
    const [pid = 0] = await pidsOf(pair)

    const killed = await Promise.all([pair.kill('A'), pair.kill('A'), pair.kill('no such')])

    expect(killed).toEqual([true, false, false])
    expect(isAlive(pid)).toBe(false)
    await pair.kill('B')
    expect((await pair.use()).map(({ name, isAlive }) => [name, isAlive])).toEqual([
      ['A', false],
      ['B', false],
    ])
    await pair.restart()
    expect(await livingOf(pair)).toEqual(['A', 'B'])
  })

  it('shows as dead what was killed from outside', async () => {
    const [pid = 0] = await pidsOf(pair)

    process.kill(pid, 'SIGKILL')

    await vi.waitUntil(async () => (await livingOf(pair)).join() === 'B', TIMEOUT)
    expect(await pidsOf(pair)).toHaveLength(2)
  })

  it('stops after a while without a request, and starts again with the next', async () => {
    const pair = newPair(1000)
    await pair.use()
    const first = await pidsOf(pair)

    await vi.waitUntil(async () => (await pair.look()).length === 0, TIMEOUT)
    const isAsleep = !first.some(isAlive)
    await pair.use()

    expect(isAsleep).toBe(true)
    expect((await pidsOf(pair)).some((pid) => first.includes(pid))).toBe(false)
  })

  it('ends with the process that started it, also if that was killed', async () => {
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', PARENT], {
      cwd: root,
      env: { MONGO_URL: inject('mongoUrl') },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const [orphans] = (await once(parent, 'message')) as [number[]]
    expect(orphans.filter(isAlive)).toHaveLength(2)

    parent.kill('SIGKILL')

    await vi.waitUntil(() => !orphans.some(isAlive), TIMEOUT)
  })
})
