// The pair of servers of a lesson: one for all processes of the site, whichever starts, kills, restarts or leaves it.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { root } from '../../../config/paths.ts'
import { askServer } from '../../../lessons/servers/ask-server.ts'
import { ServerPair } from '../../../lessons/servers/pair.ts'
import { openSite, type Site } from '../../helper.ts'
import { isAlive } from '../../is-alive.ts'

const SCRIPT = join(root, 'dist', 'middleware', 'lessons', 'server-process')
const TIMEOUT = { timeout: 60_000, interval: 20 }
const SLOW = { timeout: 120_000 } // each starts processes, which takes long on a busy machine
const SECRET = 'of a test'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

// Each as another process of the site has it: they share nothing but the database.
const opened: ServerPair[] = []
function newPair(idle?: number) {
  const database = { mongoUrl: inject('mongoUrl'), dbName: site.database.name }
  const pair = new ServerPair(SCRIPT, { path: '/', secret: SECRET, database }, idle)
  opened.push(pair)
  return pair
}
afterEach(async () => {
  for (const pair of opened.splice(0)) await pair.close()
})

const pidsOf = async (pair: ServerPair) => (await pair.facts()).map(({ pid }) => pid)
const livingOf = async (pair: ServerPair) =>
  (await pair.facts()).filter((one) => one.isAlive).map(({ name }) => name)
const childrenOfThis = () =>
  process.getActiveResourcesInfo().filter((kind) => kind === 'ProcessWrap').length
const records = () =>
  site.database.collection<{ _id: string; servers: object[] }>('lesson-servers-pairs')

describe('A pair of servers', SLOW, () => {
  it('is one for all processes: each relays to it and sees the same of it', async () => {
    const [here, there] = [newPair(), newPair()]

    const first = await here.next()
    const second = await there.next('A')

    expect([first?.name, second?.name]).toEqual(['A', 'B'])
    expect(await livingOf(there)).toEqual(['A', 'B'])
    expect(await pidsOf(there)).toEqual(await pidsOf(here))
    expect((await records().findOne())?.servers).toHaveLength(2)
  })

  it('is one, however many processes and requests want it at the same moment; those of the slower ones end', async () => {
    await vi.waitUntil(() => childrenOfThis() === 0, TIMEOUT)
    const [here, there] = [newPair(), newPair()]

    const found = await Promise.all([here.next(), there.next(), here.next(), there.next('A')])

    expect(found.map((one) => one?.name)).toEqual(['A', 'A', 'A', 'B'])
    expect(new Set(found.map((one) => one?.pair)).size).toBe(1)
    await vi.waitUntil(() => childrenOfThis() === 2, TIMEOUT)
  })

  it('is there for who wants it while another request restarts it', async () => {
    const pair = newPair()

    const found = await Promise.all([pair.next(), pair.stop(), pair.next('A')])

    expect(found[2]?.name).toBe('B')
  })

  it('loses one to a process that did not start it, and stays dead until it is restarted', async () => {
    const [here, there] = [newPair(), newPair()]
    await here.next()
    const pids = await pidsOf(here)

    const killed = [await there.kill('A'), await there.kill('A'), await there.kill('no such')]

    expect(killed).toEqual([true, false, false])
    await vi.waitUntil(() => !isAlive(pids[0] ?? 0), TIMEOUT)
    expect([await livingOf(here), await livingOf(there)]).toEqual([['B'], ['B']])
    expect((await here.next('B'))?.name).toBe('B')
    await there.kill('B')
    expect([await here.next(), await there.next()]).toEqual([undefined, undefined])
    expect(await pidsOf(here)).toEqual(pids)
  })

  it('shows as dead what was killed from outside', async () => {
    const [here, there] = [newPair(), newPair()]
    await here.next()
    const [pid = 0] = await pidsOf(here)

    process.kill(pid, 'SIGKILL')

    await vi.waitUntil(async () => (await livingOf(there)).join() === 'B', TIMEOUT)
    expect(await pidsOf(there)).toHaveLength(2)
  })

  it('is restarted by a process that did not start it', async () => {
    const [here, there] = [newPair(), newPair()]
    await here.next()
    const old = await pidsOf(here)

    await there.stop()
    await there.next()

    await vi.waitUntil(() => !old.some(isAlive), TIMEOUT)
    const pids = await pidsOf(here)
    expect(pids.filter(isAlive)).toHaveLength(2)
    expect(pids.some((pid) => old.includes(pid))).toBe(false)
  })

  it('stops after a while without a request, and starts again with the next', async () => {
    const pair = newPair(2000)
    await pair.next()
    const first = await pidsOf(pair)

    await vi.waitUntil(() => !first.some(isAlive), TIMEOUT)
    const asleep = await pair.facts()
    await pair.next()

    expect(asleep).toEqual([])
    expect((await pidsOf(pair)).some((pid) => first.includes(pid))).toBe(false)
  })

  it('stays when a process leaves that only used it, and ends with the one that started it', async () => {
    const [here, there] = [newPair(), newPair()]
    await here.next()
    await there.next()
    const pids = await pidsOf(here)

    await there.close()
    const after = await livingOf(here)
    await here.close()

    expect(after).toEqual(['A', 'B'])
    expect(pids.some(isAlive)).toBe(false)
    expect(await there.facts()).toEqual([])
    expect((await there.next())?.name).toBe('A')
  })

  it('ends with the process that started it, also if that was killed; the next that wants one starts it', async () => {
    const tsx = createRequire(import.meta.url).resolve('tsx')
    const how = [SCRIPT, inject('mongoUrl'), site.database.name]
    const parent = fork(join(root, 'test', 'lessons', 'servers', 'mortal-pair.ts'), how, {
      execArgv: ['--import', tsx],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const [orphans] = (await once(parent, 'message')) as [number[]]
    const pair = newPair()
    const shared = await pidsOf(pair)
    expect(orphans.filter(isAlive)).toHaveLength(2)

    parent.kill('SIGKILL')

    await vi.waitUntil(() => !orphans.some(isAlive), TIMEOUT)
    expect(await pair.facts()).toEqual([])
    expect((await pair.next())?.name).toBe('A')
    expect(shared).toEqual(orphans)
    expect((await pidsOf(pair)).some((pid) => orphans.includes(pid))).toBe(false)
  })
})

describe('A record of a pair that is not true', SLOW, () => {
  it('kills no process, and gets another program at the port neither believed nor ended', async () => {
    const asked: string[] = []
    const program = createServer((req, res) => {
      asked.push(req.url ?? '')
      res.setHeader('X-Told', 'known').end('null')
    })
    await once(program.listen(0, '127.0.0.1'), 'listening')
    const { port } = program.address() as AddressInfo
    const pair = newPair()
    await pair.next()
    const real = await pidsOf(pair)
    const servers = ['A', 'B'].map((name) => ({ name, pid: process.pid, port }))
    await records().updateOne({}, { $set: { servers } })

    const believed = [await pair.facts(), await pair.kill('A'), await pair.askAll('/memory/id')]
    await pair.stop()
    await pair.next()

    expect(believed).toEqual([[], false, []])
    expect(asked.length).toBeGreaterThan(0)
    expect((await pidsOf(pair)).filter(isAlive)).toHaveLength(2)
    await vi.waitUntil(() => !real.some(isAlive), TIMEOUT) // as soon as their own process sees it
    await new Promise((resolve) => program.close(resolve))
  })

  it.each([
    ['a text', '1@attacker.example'],
    ['no port', 70_000],
  ])('is deleted if its port is %s', async (_what, port) => {
    const pair = newPair()
    await pair.next()
    await records().updateOne({}, { $set: { 'servers.0.port': port } })

    expect(await pair.facts()).toEqual([])
    expect((await pair.next())?.name).toBe('A')
  })
})

describe('A server of a pair', SLOW, () => {
  it('answers nobody who has not the key, and does not end for them', async () => {
    const pair = newPair()
    const server = await pair.next()
    const address = `http://127.0.0.1:${server?.port ?? 0}`

    const statuses = await Promise.all([
      fetch(`${address}/memory/id`),
      fetch(`${address}/end`, { method: 'POST' }),
      fetch(`${address}/alive`, { headers: { 'X-Lesson-Server-Asked': SECRET } }),
    ])
    const withAnother = server && (await askServer(server, 'another secret', { path: '/alive' }))

    expect(statuses.map(({ status }) => status)).toEqual([404, 404, 404])
    expect(withAnother).toBeUndefined()
    expect(await livingOf(pair)).toEqual(['A', 'B'])
  })
})
